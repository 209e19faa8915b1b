//! Thirty clients at once, each of which goes through all families again and again. As in the server, two a core search at a time and the
//! others wait for their turn, which counts.

use std::time::{Duration, Instant};

use fornax::Tenant;
use parking_lot::{Condvar, Mutex};

use crate::families::{Dice, FAMILIES};
use crate::pools::Pools;

const CLIENTS: u64 = 30;
const WARM: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(30);

/// Lets so many in at a time, in the order in which they came.
struct Gate {
    line: Mutex<Line>,
    moved: Condvar,
    room: u64,
}

/// Who came last, and how many have left.
#[derive(Default)]
struct Line {
    came: u64,
    left: u64,
}

impl Gate {
    fn of(room: usize) -> Self {
        Self { line: Mutex::default(), moved: Condvar::new(), room: room as u64 }
    }

    fn pass<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut line = self.line.lock();
        let number = line.came;
        line.came += 1;
        while number >= line.left + self.room {
            self.moved.wait(&mut line);
        }
        drop(line);
        let done = work();
        self.line.lock().left += 1;
        self.moved.notify_all();
        done
    }
}

/// How long each call took, by family.
pub fn run(tenant: &Tenant, pools: &Pools) -> Vec<Vec<Duration>> {
    let began = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let gate = Gate::of(2 * cores);
    let client = |number: u64| {
        let mut times: Vec<Vec<Duration>> = FAMILIES.iter().map(|_| Vec::new()).collect();
        let mut dice = Dice::new(number + 100);
        // Not all begin with the same one.
        let mut family = number as usize % FAMILIES.len();
        while began.elapsed() < WARM + MEASURED {
            let is_warm = began.elapsed() > WARM;
            let search = FAMILIES[family].1(pools, &mut dice);
            let asked = Instant::now();
            gate.pass(|| search.run(tenant));
            if is_warm {
                times[family].push(asked.elapsed());
            }
            family = (family + 1) % FAMILIES.len();
        }
        times
    };
    let all: Vec<Vec<Vec<Duration>>> = std::thread::scope(|scope| {
        let client = &client;
        let started: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let calls: usize = all.iter().flatten().map(Vec::len).sum();
    println!("{CLIENTS} clients: {:.0} searches a second\n", calls as f64 / MEASURED.as_secs_f64());
    let of = |family: usize| all.iter().flat_map(|client| client[family].iter().copied()).collect();
    (0..FAMILIES.len()).map(of).collect()
}
