//! Parts of Yew that the element has no use for, and that no linker can know of: its listeners, raw HTML, portals and suspense. In the
//! published module they are bare traps, and what only they use is gone: 5 kB. A view that begins to use one of them breaks every journey.

use super::panics::path;
use crate::failure::{Failure, Result};
use walrus::{FunctionId, Module};

/// The ways into them.
const WAYS_IN: [&str; 5] = [
    "yew::dom_bundle::subtree_root::SubtreeData::add_listener",
    "yew::dom_bundle::btag::listeners::ListenerRegistration::register",
    "yew::dom_bundle::braw::<impl yew::dom_bundle::traits::Reconcilable for yew::virtual_dom::vraw::VRaw>::attach",
    "yew::dom_bundle::bportal::<impl yew::dom_bundle::traits::Reconcilable for yew::virtual_dom::vportal::VPortal>::attach",
    "yew::dom_bundle::bsuspense::<impl yew::dom_bundle::traits::Reconcilable for yew::virtual_dom::vsuspense::VSuspense>::attach",
];

/// A module without Yew has none of them; of one with it, all have to be there.
pub(super) fn ways_in(module: &Module) -> Result<Vec<FunctionId>> {
    let named: Vec<(FunctionId, String)> = module
        .funcs
        .iter_local()
        .filter_map(|(id, _)| Some((id, path(module.funcs.get(id).name.as_deref()?))))
        .filter(|(_, path)| path.starts_with("yew::"))
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let find = |way: &&str| {
        let found = named.iter().find(|(_, path)| path == way).map(|(id, _)| *id);
        found.ok_or_else(|| Failure(format!("the wasm has no {way}: Yew's parts go by other names than `WAYS_IN` has")))
    };
    WAYS_IN.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module;

    #[test]
    fn all_ways_in_have_to_be_there_or_none() {
        assert_eq!(ways_in(&module(&["qr::draw"])).unwrap().len(), 0);
        let all: Vec<String> = WAYS_IN.iter().map(|way| format!("{way}::h9214dfefb0c18b16")).collect();
        let mut names: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(ways_in(&module(&names)).unwrap().len(), WAYS_IN.len());
        names.pop();
        assert!(ways_in(&module(&names)).unwrap_err().to_string().contains("VSuspense"));
    }
}
