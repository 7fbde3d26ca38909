//! The program as people, hooks and build systems start it: real repositories, real processes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

#[path = "command_line/decisions.rs"]
mod decisions;
#[path = "command_line/deltas.rs"]
mod deltas;
#[path = "command_line/focus.rs"]
mod focus;
#[path = "command_line/history.rs"]
mod history;
#[path = "command_line/hooks.rs"]
mod hooks;
#[path = "command_line/hostile.rs"]
mod hostile;
#[path = "command_line/looks.rs"]
mod looks;
#[path = "command_line/mistakes.rs"]
mod mistakes;
#[path = "command_line/packs.rs"]
mod packs;
#[path = "command_line/scans.rs"]
mod scans;
#[path = "command_line/shop.rs"]
mod shop;
#[path = "command_line/together.rs"]
mod together;
