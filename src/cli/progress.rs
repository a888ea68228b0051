//! How far a run is, and how it is stopped.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::exit::Exit;
use crate::engine::{Observer, Progress};
use crate::report::display::Lang;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C stops a run at the next wave of paths; a second one stops the program at once.
pub(super) fn listen_to_ctrl_c() {
    // Without a handler Ctrl-C simply ends the program, which leaves no half output either.
    let _ = ctrlc::set_handler(|| {
        if STOPPED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(Exit::Interrupted as u8));
        }
    });
}

/// Whether Ctrl-C was pressed.
pub(super) fn is_stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// Between two lines where there is no terminal to draw a bar on.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Shows the progress of a run on standard error.
pub(super) struct Watch {
    bar: Option<ProgressBar>,
    lines: Option<Mutex<Instant>>,
    begun: Instant,
}

impl Watch {
    #[allow(clippy::disallowed_methods, reason = "the clock of the user, not of the model")]
    pub(super) fn new(paths: u64, quiet: bool, lang: Lang) -> Self {
        let watched = std::io::stderr().is_terminal();
        let now = Instant::now();
        Self {
            bar: (!quiet && watched).then(|| bar(paths, lang)),
            lines: (!quiet && !watched).then(|| Mutex::new(now)),
            begun: now,
        }
    }

    /// Takes the bar off the terminal.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, progress: Progress) {
        let Some(lines) = &self.lines else { return };
        let mut last = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() < BETWEEN_LINES || progress.done == progress.paths {
            return;
        }
        let passed = last.elapsed();
        *last += passed;
        let seconds = self.begun.elapsed().as_secs_f64();
        let rate = progress.done as f64 / seconds;
        let left = (progress.paths - progress.done) as f64 / rate;
        let Progress { done, paths } = progress;
        // Nobody may be listening, which is no reason to stop.
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("{done} of {paths} paths, {rate:.0} paths/s, {left:.0} s left\n"),
        );
    }
}

impl Observer for Watch {
    fn progress(&self, progress: Progress) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.paths);
            bar.set_position(progress.done);
        }
        self.line(progress);
    }

    fn go_on(&self) -> bool {
        !is_stopped()
    }
}

fn bar(paths: u64, lang: Lang) -> ProgressBar {
    let template = lang.pick(
        "{bar:24} {human_pos}/{human_len} paths  {rate}/s  {left} left",
        "{bar:24} {human_pos}/{human_len} 試行  {rate}/秒  残り {left}",
    );
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style
        .with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0}", state.per_sec());
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            // Before the first wave is done nobody can know.
            let _ = match state.pos() {
                0 => write!(out, "…"),
                _ => write!(out, "{} s", state.eta().as_secs()),
            };
        });
    let bar = ProgressBar::with_draw_target(Some(paths), ProgressDrawTarget::stderr()).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
