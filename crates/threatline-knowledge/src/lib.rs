//! What we know of the world, as data: framework packs, technology catalogue, data classes.

pub mod catalogue;
pub mod packs;
