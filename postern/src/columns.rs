//! Tables for people.

/// Prints rows below the column names, in aligned columns.
pub fn print<'r>(head: &[&str], rows: impl Iterator<Item = &'r [String]> + Clone) {
    let mut widths: Vec<usize> = head.iter().map(|name| name.chars().count()).collect();
    for row in rows.clone() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    print_line(head.iter().copied(), &widths);
    for row in rows {
        print_line(row.iter().map(String::as_str), &widths);
    }
}

fn print_line<'c>(cells: impl Iterator<Item = &'c str>, widths: &[usize]) {
    let cells = cells.zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
    println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
}
