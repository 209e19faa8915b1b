//! The command line of the image's tool.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [package, output] = arguments.as_slice() else {
        return fail("usage: definitions-image <folder of the unpacked npm package> <output>");
    };
    match definitions_image::image(Path::new(package)) {
        Err(error) => fail(error),
        Ok(image) => match std::fs::write(output, image) {
            Err(error) => fail(format_args!("{}: {error}", Path::new(output).display())),
            Ok(()) => ExitCode::SUCCESS,
        },
    }
}

fn fail(message: impl std::fmt::Display) -> ExitCode {
    // With standard error closed, the exit code alone must tell.
    drop(writeln!(std::io::stderr(), "{message}"));
    ExitCode::FAILURE
}
