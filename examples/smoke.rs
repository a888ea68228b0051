#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]
use tokencast::*;
struct Dir(std::path::PathBuf);
impl scenario::Files for Dir {
    fn read(&self, p: &str) -> Result<String, scenario::Unreadable> {
        std::fs::read_to_string(self.0.join(p)).map_err(|e| scenario::Unreadable {
            code: "unreadable",
            message: format!("`{p}`: {e}"),
            help: None,
        })
    }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let path = std::path::PathBuf::from(&a[1]);
    let dir = Dir(path.parent().unwrap().to_owned());
    let n: u64 = a.get(2).map_or(10_000, |s| s.parse().unwrap());
    let l = scenario::load(&dir, path.file_name().unwrap().to_str().unwrap(), &a[3.min(a.len())..]);
    for d in l.diagnostics.iter() {
        println!("{}", diagnostic::render(d, &l.sources, false));
    }
    let Some(s) = l.scenario else { return };
    let (m, d) = model::resolve(&s);
    for d in d.iter() {
        println!("{}", diagnostic::render(d, &l.sources, false));
    }
    let Some(m) = m else { return };
    let t = std::time::Instant::now();
    let o = engine::simulate(&m, &engine::Settings { paths: n, ..Default::default() }, &()).unwrap();
    println!(
        "simulated {} paths x {} months x {} strategies, {} slots in {:?}",
        n,
        m.timeline.length,
        m.strategies.len(),
        m.program.len(),
        t.elapsed()
    );
    let f = analysis::findings(&m, o);
    for s in &f.strategies {
        println!(
            "{:14} mean {:.4e} se {:.1e} p5 {:.4e} p50 {:.4e} p95 {:.4e} cvar {:.4e} cheapest {:.3} served {:.5} be {:?} never {:?}",
            s.id,
            s.cost.mean.value,
            s.cost.mean.standard_error,
            s.cost.p5.value,
            s.cost.p50.value,
            s.cost.p95.value,
            s.cost.cvar95.value,
            s.cheapest,
            s.served_share(),
            s.break_even.as_ref().map(|b| b.p50),
            s.break_even.as_ref().map(|b| b.never)
        );
        for c in finance::Component::ALL {
            if s.posted[c as usize] {
                println!("     {:20} {:.4e}", c.name(), s.component_mean(c));
            }
        }
    }
    println!("{:?}", t.elapsed());
}
