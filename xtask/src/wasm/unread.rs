//! Data that nobody reads any more once panics and Yew's listeners are traps: what they said, where they were, and what they looked up. It
//! is 4 kB of what a shopper loads, and no optimizer takes it out, as none knows where one piece of data ends and the next begins.
//!
//! So the pieces are noted where they can still be told, and become zeros in the finished module if it has no number that is the address of any of
//! their bytes: of zeros, nothing is left once packed.

use std::ops::Range;
use walrus::ir::{Const, Load, Store, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, DataKind, FunctionKind, Module};

/// What begins and ends so: the formats of what panics say, the tables that tell which characters can be shown (`core::unicode`), and the events of
/// Yew's listeners.
const RUNS: [(&[u8], &[u8]); 5] = [
    (b"\rbegin > end (", b"Storage value during or after destruction: "),
    (b"\x00\x70\x00\x07\x00\x2d\x01\x01\x01\x02\x01\x02", b"\x05\x01\x00\x07\x6d\x07\x00\x60\x80\xf0\x00"),
    (b"\x00\x06\x01\x01\x03\x01\x04\x02\x05\x07\x07\x02", b"\x80\x8d\x04\x80\xbe\x03\x1b\x03\x0f\x0d"),
    (b"\x00\x03\x00\x00\x83\x04\x20\x00\x91\x05\x60\x00", b"\x61\x5d\x20\x00\xee\x5e\xf0\x01\x7f\x5f"),
    (b"onauxclickonbluroncancel", b"ontransitionrunontransitionstart"),
];
/// The longest that such a run can be.
const LONGEST: usize = 2_000;

/// What only panics say.
const TEXTS: [&str; 27] = [
    "Hash table capacity overflow",
    "Tried to shrink to a larger capacity!",
    "a Display implementation returned an error unexpectedly",
    "assertion failed: edge.height == self.node.height - 1",
    "assertion failed: match track_edge_idx {\n    LeftOrRight::Left(idx) => idx <= old_left_len,\n    LeftOrRight::Right(idx) => idx <= right_len,\n}",
    "assertion failed: new_left_len <= CAPACITY",
    "assertion failed: old_left_len + count <= CAPACITY",
    "assertion failed: old_left_len >= count",
    "assertion failed: old_right_len + count <= CAPACITY",
    "assertion failed: old_right_len >= count",
    "assertion failed: src.len() == dst.len()",
    "attempt to join into collection with len > usize::MAX",
    "called `Option::unwrap()` on a `None` value",
    "called `Result::unwrap()` on an `Err` value",
    "can't create element for vtag",
    "can't create namespaced element for vtag",
    "can't remove a child",
    "cannot modify the panic hook from a panicking thread",
    "could not remove attribute",
    "could not remove property",
    "could not set property",
    "couldn't clone cached element",
    "couldn't clone node to be cached",
    "failed to create detached element",
    "internal error: entered unreachable code",
    "invalid attribute key",
    "unkeyed child in fully keyed list",
];

/// Addresses in the module's memory.
pub(super) type Addresses = Range<u64>;

/// Where these pieces are, and those by which a panic says where it was: a file's name, and all that point to it.
pub(super) fn pieces(module: &Module) -> Vec<Addresses> {
    let mut pieces = Vec::new();
    for (begin, data) in segments(module) {
        let found = RUNS.iter().flat_map(|(start, end)| runs(data, start, end));
        let found = found.chain(TEXTS.iter().flat_map(|text| places(data, text.as_bytes())));
        let found = found.chain(locations(begin, data));
        pieces.extend(found.map(|piece| begin + piece.start as u64..begin + piece.end as u64));
    }
    pieces
}

/// Makes zeros of those pieces that the module does not read.
pub(super) fn blank(module: &mut Module, mut pieces: Vec<Addresses>) {
    let mut read = Read(&mut pieces);
    for function in module.funcs.iter() {
        if let FunctionKind::Local(local) = &function.kind {
            dfs_in_order(&mut read, local, local.entry_block());
        }
    }
    let ids: Vec<_> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let data = module.data.get_mut(id);
        let Some(begin) = begin(&data.kind) else { continue };
        for (at, byte) in data.value.iter_mut().enumerate() {
            if pieces.iter().any(|piece| piece.contains(&(begin + at as u64))) {
                *byte = 0;
            }
        }
    }
}

fn segments(module: &Module) -> impl Iterator<Item = (u64, &[u8])> {
    module.data.iter().filter_map(|data| Some((begin(&data.kind)?, data.value.as_slice())))
}

fn begin(kind: &DataKind) -> Option<u64> {
    match kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(begin)), .. } => Some(u64::from(begin.cast_unsigned())),
        _ => None,
    }
}

fn runs(data: &[u8], start: &[u8], end: &[u8]) -> Vec<Range<usize>> {
    let run = |begin: Range<usize>| {
        let room = &data[begin.start..data.len().min(begin.start + LONGEST)];
        let end = places(room, end).next()?;
        Some(begin.start..begin.start + end.end)
    };
    places(data, start).filter_map(run).collect()
}

fn places(data: &[u8], wanted: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let is_wanted = move |(at, window): (usize, &[u8])| (window == wanted).then_some(at..at + wanted.len());
    data.windows(wanted.len()).enumerate().filter_map(is_wanted)
}

/// `core::panic::Location`, which is four words: where the name of a file is, how long it is, a line and a column. And the names.
fn locations(begin: u64, data: &[u8]) -> Vec<Range<usize>> {
    let word = |at: usize| {
        let bytes = data.get(at..at + 4)?.try_into().ok()?;
        Some(u64::from(u32::from_le_bytes(bytes)))
    };
    let location = |at: usize| {
        let name = usize::try_from(word(at)?.checked_sub(begin)?).ok()?;
        let end = name + usize::try_from(word(at + 4)?).ok()?;
        data.get(name..end)?.ends_with(b".rs").then_some([at..at + 16, name..end])
    };
    (0..data.len()).step_by(4).filter_map(location).flatten().collect()
}

/// Leaves of the pieces those that nothing reads.
struct Read<'a>(&'a mut Vec<Addresses>);

impl Read<'_> {
    fn note(&mut self, address: u64) {
        self.0.retain(|piece| !piece.contains(&address));
    }
}

impl Visitor<'_> for Read<'_> {
    fn visit_const(&mut self, constant: &Const) {
        if let Value::I32(number) = constant.value {
            self.note(u64::from(number.cast_unsigned()));
        }
    }

    fn visit_load(&mut self, load: &Load) {
        self.note(load.arg.offset);
    }

    fn visit_store(&mut self, store: &Store) {
        self.note(store.arg.offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module;
    use walrus::{FunctionBuilder, ValType};

    const BEGIN: i32 = 1_000;

    /// What becomes of that data in a module that reads at an address.
    fn blanked(data: &[u8], address: i32) -> Vec<u8> {
        let mut module = module(&[]);
        let memory = module.memories.add_local(false, false, 1, None, None);
        let offset = ConstExpr::Value(Value::I32(BEGIN));
        module.data.add(DataKind::Active { memory, offset }, data.to_vec());
        let mut body = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
        body.func_body().i32_const(address);
        body.finish(vec![], &mut module.funcs);
        let pieces = pieces(&module);
        blank(&mut module, pieces);
        module.data.iter().next().unwrap().value.clone()
    }

    #[test]
    fn what_panics_say_is_blank_and_what_is_around_it_stays() {
        let data = b"Paidcan't remove a childonauxclickonbluroncancel-ontransitionrunontransitionstartonline";
        let wanted = [b"Paid".to_vec(), vec![0; data.len() - 10], b"online".to_vec()].concat();
        assert_eq!(blanked(data, 0), wanted);
    }

    #[test]
    fn where_panics_were_is_blank() {
        let mut data = b"src/panel.rs".to_vec();
        for word in [BEGIN as u32, 12, 7, 9, 17] {
            data.extend(word.to_le_bytes());
        }
        let wanted = [vec![0; 28], 17_u32.to_le_bytes().to_vec()].concat();
        assert_eq!(blanked(&data, 0), wanted);
        // The location alone may still be read, and then points to where nothing is.
        assert_eq!(blanked(&data, BEGIN + 12)[12..28], data[12..28]);
    }

    #[test]
    fn what_is_read_stays() {
        let data = b"Paidcan't remove a child!";
        for (address, is_read) in [(1_003, false), (1_004, true), (1_023, true), (1_024, false)] {
            assert_eq!(blanked(data, address) == data, is_read, "{address}");
        }
    }
}
