//! How many instances Spin's pool holds, and what lets it hold more.

use super::read::Size;

/// Spin's defaults for the whole process (Spin 4.1), each with the variable that changes it, and how many a composition takes.
/// Core instances by which a runtime joins components are not in the file: what is printed is the least.
struct Bound {
    what: &'static str,
    variable: &'static str,
    most: usize,
    each: usize,
}

impl Bound {
    fn instances(&self) -> usize {
        self.most.checked_div(self.each).unwrap_or(self.most)
    }
}

fn bounds(size: &Size) -> [Bound; 4] {
    let bound = |what, variable, most, each| Bound { what, variable, most, each };
    [
        bound("instances", "SPIN_MAX_INSTANCE_COUNT", 1_000, 1),
        bound("memories", "SPIN_WASMTIME_TOTAL_MEMORIES", 1_000, size.memories.len()),
        bound("tables", "SPIN_WASMTIME_TOTAL_TABLES", 2_000, size.tables.len()),
        bound("core instances", "SPIN_WASMTIME_TOTAL_CORE_INSTANCES", 4_000, size.core_instances),
    ]
}

/// A line for each bound, and one for the least of them.
pub fn lines(size: &Size) -> Vec<String> {
    let bounds = bounds(size);
    let line = |bound: &Bound| {
        let Bound { what, variable, most, each } = bound;
        let instances = bound.instances();
        format!("  {what:<15} {most:>6} / {each:>3} = {instances:>5}   {variable}")
    };
    let mut lines = vec!["Spin's default pool, for this composition:".to_owned()];
    lines.extend(bounds.iter().map(line));
    let least = bounds.iter().min_by_key(|bound| bound.instances());
    lines.extend(least.map(|bound| {
        let (instances, what) = (bound.instances(), bound.what);
        format!(
            "It holds {instances} instances, for want of {what}; at 16 requests each (--max-instance-concurrent-reuse-count), {} requests that wait at once",
            instances.saturating_mul(16)
        )
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_the_bounds_holds() {
        let size = Size { memories: vec![1; 7], tables: vec![1; 16], core_instances: 19 };
        let lines = lines(&size);
        assert!(lines.iter().any(|line| line.contains("2000 /  16 =   125")), "{lines:#?}");
        let last = lines.last().unwrap();
        assert!(last.contains("125 instances") && last.contains("tables"), "{last}");
        assert!(last.contains("2000 requests"), "{last}");
    }

    #[test]
    fn nothing_takes_nothing() {
        let last = lines(&Size::default()).pop().unwrap();
        assert!(last.contains("1000 instances"), "{last}");
    }
}
