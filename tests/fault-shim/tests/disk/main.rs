//! Store and engine under a process that dies and a disk that fails.

mod child;
mod engine;
mod faults;
mod kill;
mod places;
