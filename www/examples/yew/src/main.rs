//! A shop's page in Yew: it has its backend make an order, pays it by `<Checkout>`, and has its own word on the result.

mod shop;

use paymentsos_checkout::core::flow::StateName;
use paymentsos_checkout::{Checkout, Detail};
use shop::Order;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
fn Page() -> Html {
    let order = use_state(|| None::<Order>);
    use_effect_with((), {
        let order = order.clone();
        move |()| spawn_local(async move { order.set(shop::order().await.ok()) })
    });
    html! {
        <>
            <h1>{ "Kettle & Clay" }</h1>
            { order.as_ref().map(|order| html! { <Pay order={order.clone()} /> }) }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct PayProps {
    order: Order,
}

#[component]
fn Pay(PayProps { order }: &PayProps) -> Html {
    let said = use_state(|| "");
    let payment_method = use_memo((), |()| shop::payment_method());
    let on_result = Callback::from({
        let said = said.clone();
        move |detail: Detail| match detail.view.state {
            StateName::Succeeded => said.set("Thank you for your order!"),
            _ => said.set("You can try again."),
        }
    });
    html! {
        <>
            <Checkout
                backend="/api"
                payment_id={order.payment_id.clone()}
                amount={order.amount}
                currency={order.currency.clone()}
                merchant_site_url={format!("/?order={}", order.order_id)}
                payment_method={(*payment_method).clone()}
                {on_result}
            />
            <p id="said" role="status">{ *said }</p>
        </>
    }
}

fn main() {
    yew::Renderer::<Page>::new().render();
}
