//! The flow, by what it says and does: one file a promise, or a part of the road.

mod amount;
mod card;
mod collect;
mod link;
mod never_false;
mod never_two;
mod no_dead_end;
mod properties;
mod redirection;
mod returned;
mod returns;
mod settings;
mod stale;
mod tabs;
mod trace;
mod waits;
mod ways;
mod world;
