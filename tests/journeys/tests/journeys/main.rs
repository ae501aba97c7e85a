//! One program for all journeys, so that the machine is never left with the last one of a file; a file has what belongs together.

mod backend;
mod broken;
mod card_fields;
mod collecting;
mod coming_back;
mod engines;
mod everybody;
mod examples;
mod first_screen;
mod framed_bank;
mod frames;
mod leaving;
mod link;
mod looking;
mod lost;
mod matrix;
mod network;
mod paying;
mod popup;
mod seen;
mod shifts;
mod story;
mod tabs;
