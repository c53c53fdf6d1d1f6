//! Every C function with random arguments. The table is compared with
//! `include/qhyccd.abi.tsv`: no function that is done may be missing.

mod camera;
mod library;
mod pictures;

use crate::call::Worker;

/// One function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// Calls it once.
    pub(crate) run: fn(&mut Worker<'_>),
    /// How often it is drawn, 1 to 10; 0 only in rounds of [`crate::world::Kind::Raw`].
    pub(crate) weight: u8,
}

const fn function(name: &'static str, weight: u8, run: fn(&mut Worker<'_>)) -> Function {
    Function { name, run, weight }
}

const TABLES: [&[Function]; 3] = [library::TABLE, camera::TABLE, pictures::TABLE];

/// Functions in all.
pub(crate) const COUNT: usize = library::TABLE.len() + camera::TABLE.len() + pictures::TABLE.len();

/// All functions.
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.into_iter().flatten()
}

pub(crate) fn name(number: usize) -> &'static str {
    all().nth(number).map_or("?", |function| function.name)
}

pub(crate) fn number(name: &str) -> usize {
    all().position(|function| function.name == name).unwrap_or_else(|| panic!("{name} is in no table"))
}

/// Calls a function that is drawn by its weight.
pub(crate) fn any(worker: &mut Worker<'_>) {
    let raw = matches!(worker.world.kind, crate::world::Kind::Raw | crate::world::Kind::Hostile);
    loop {
        let at = worker.rng.below(COUNT as u64) as usize;
        let Some(function) = all().nth(at) else { continue };
        let weight = if raw { function.weight.max(3) } else { function.weight };
        if worker.rng.below(10) < u64::from(weight) {
            return (function.run)(worker);
        }
    }
}

/// Calls one function.
pub(crate) fn one(worker: &mut Worker<'_>, number: usize) {
    if let Some(function) = all().nth(number) {
        (function.run)(worker);
    }
}

/// Functions of the list of entry points that the tables lack. `tests/abi.rs` compares too.
pub(crate) fn missing() -> Vec<&'static str> {
    let done = include_str!("../../include/qhyccd.abi.tsv").lines().skip(1).filter_map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        (cells[6] == "done").then_some(cells[0])
    });
    done.filter(|name| all().all(|function| function.name != *name)).collect()
}
