//! What a page tells for a support ticket is what has happened on it: repeated outside of any browser, it comes to the same, whatever
//! engine it was told by.

use super::{at_the_bank, at_the_shop};
use journeys::{Browser, Engine, Outcome};
use paymentsos_core::flow::StateName;

in_every_engine! {
    a_payment_on_one_page_is_repeated,
    a_return_from_the_bank_is_repeated,
    a_refusal_at_the_bank_is_repeated,
}

/// Takes the page's trace, and repeats it: it ends as the page does. Nothing in it is nobody's business.
async fn repeats(browser: &Browser, state: StateName) {
    let detail = browser.detail().await;
    let trace = browser.trace().await;
    let replayed = trace.replay().expect("it can be repeated");
    assert_eq!(replayed.difference, None, "{trace:?}");
    assert_eq!((replayed.view.state, detail["state"].as_str()), (state, Some(state.name())));
    assert_eq!(replayed.view.payment_id.as_deref(), detail["payment_id"].as_str());
    assert_eq!(replayed.view.transaction_id.as_deref(), detail["transaction_id"].as_str());
    let text = trace.lines.join("\n");
    for wrong in ["http", "127.0.0.1", "localhost", "/", "?pay", "order", "VISA", "token"] {
        assert!(!text.contains(wrong), "{wrong} is in {text}");
    }
}

async fn a_payment_on_one_page_is_repeated(engine: Engine) {
    let (world, browser, _) = at_the_shop(engine, "card-late").await;
    browser.pays().await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    repeats(&browser, StateName::Succeeded).await;
}

async fn a_return_from_the_bank_is_repeated(engine: Engine) {
    let (world, browser, _) = at_the_bank(engine).await;
    browser.decides(Outcome::LateSucceed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    repeats(&browser, StateName::Succeeded).await;
}

async fn a_refusal_at_the_bank_is_repeated(engine: Engine) {
    let (world, browser, _) = at_the_bank(engine).await;
    browser.decides(Outcome::Fail).await;
    world.agrees(&browser, "failed", &["Failed"]).await;
    repeats(&browser, StateName::Failed).await;
}
