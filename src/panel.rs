//! What joins it all: it hands what happens to the flow, what the flow asks for to the driver, and the flow's view to the screen. It draws
//! into whatever tree it is put in; the shadow root around it is the element's, or that of `Checkout`.

use crate::browser::device::{FULL_SCREEN, challenge_window};
use crate::browser::{self, Driver};
use crate::countdown::Left;
use crate::messages::Key;
use crate::settings::{PanelProps, Read, access, read};
use crate::view::{PRESS, Pressed, ScreenProps, screen};
use paymentsos_core::codes::Code;
use paymentsos_core::flow::{Effect, Fit, Flow, Input, Millis, Presentation, Setup, StateName, View};
use paymentsos_core::trace::{input_line, outcome_line};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// What events say of a checkout.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// What the shopper sees.
    pub view: View,
    /// What is wrong, for an error; else as in the view.
    pub error: Option<Code>,
    /// With [`Code::InvalidAttribute`], which setting: the name of the element's attribute.
    pub attribute: Option<AttrValue>,
}

/// What the page can ask of a checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// As a press on Pay.
    Pay,
    /// Asks for the status now.
    CheckNow,
    /// Looks anew. Nothing that is under way is dropped.
    Reset,
}

/// What happens to a checkout.
#[allow(clippy::large_enum_variant, reason = "few are alive at a time, and none is kept")]
pub enum Msg {
    /// Something for the flow.
    Input(Input),
    /// The shopper pressed something.
    Pressed(Pressed),
    /// The page asks for something, and is told when it is done.
    Command(Command, Callback<Detail>),
    /// The page may be left now, for the address under this number.
    Leave(u32),
    /// The link was copied, or that was long enough ago.
    Copied(bool),
    /// The link as a QR code, if it has one.
    Drawn(Option<AttrValue>),
    /// A second has gone by.
    Ticked,
}

/// A checkout without a shadow root. See [`PanelProps`].
pub struct Panel {
    flow: Flow,
    setup: Setup,
    driver: Driver,
    view: View,
    /// Who waits for a command to be done.
    waiting: Vec<(Command, Callback<Detail>)>,
    copied: Option<browser::Timer>,
    /// The link that a QR code was asked for, by its number, and the code: empty while it is being drawn.
    qr: Option<(u32, Option<AttrValue>)>,
    /// The shopper pressed something in here last, so that the focus is ours to move.
    touched: bool,
    /// What is on the screen is what would be paid.
    seen: bool,
    /// Which of the ways to pay is chosen.
    chosen: usize,
    /// How large a challenge may be, as of the latest press.
    challenge: Option<(i32, i32)>,
    /// While a countdown is shown.
    ticking: Option<browser::Timer>,
    base: NodeRef,
    presses: Option<browser::Presses>,
    /// The setting that is wrong.
    wrong: Option<AttrValue>,
    /// The frame that this page is in may not leave for the bank by itself.
    kept_in: bool,
}

impl Component for Panel {
    type Message = Msg;
    type Properties = PanelProps;

    fn create(ctx: &Context<Self>) -> Self {
        let driver = Driver::new(ctx.link().callback(Msg::Input), access(ctx.props()));
        let read = read(&driver, ctx.props());
        let flow = Flow::new();
        let view = flow.view();
        let mut panel = Panel {
            flow,
            setup: read.setup.clone(),
            driver,
            view,
            waiting: Vec::new(),
            copied: None,
            qr: None,
            touched: false,
            seen: false,
            chosen: 0,
            challenge: None,
            ticking: None,
            base: NodeRef::default(),
            presses: None,
            wrong: None,
            kept_in: false,
        };
        panel.start(ctx, read);
        ctx.props().started.emit(ctx.link().clone());
        panel
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &PanelProps) -> bool {
        let new = ctx.props();
        self.driver.set_access(access(new));
        let mut read = read(&self.driver, new);
        if new.merchant_site_url == old.merchant_site_url {
            // The page's own address may change under a payment, which is no reason to begin anew.
            read.setup.merchant_site = self.setup.merchant_site.clone();
        }
        if read.setup != self.setup || new.backend != old.backend {
            self.start(ctx, read);
            return true;
        }
        self.note_what_is_wrong(ctx, read.wrong, false);
        if new.client_token != old.client_token {
            self.input(ctx, Input::Token);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Input(input) => return self.input(ctx, input),
            Msg::Pressed(pressed) => {
                self.touched = true;
                match pressed {
                    // A press may come after an answer that is not drawn yet.
                    Pressed::Pay => self.seen && self.pay(ctx),
                    Pressed::TryAgain => self.input(ctx, Input::TryAgain),
                    Pressed::Check => self.input(ctx, Input::Check),
                    Pressed::Copy | Pressed::Share => self.hand_on(ctx, pressed),
                    Pressed::Choose(at) => {
                        self.chosen = at;
                        true
                    }
                    Pressed::Show => {
                        self.driver.show_window();
                        false
                    }
                };
            }
            Msg::Command(command, done) => {
                self.waiting.push((command, done));
                match command {
                    Command::Pay => {
                        // What the page says is meant by it, drawn or not.
                        let said = ctx.props().amount.is_some() && !self.view.amount_changed;
                        (self.seen || said) && self.pay(ctx)
                    }
                    Command::CheckNow => self.input(ctx, Input::Check),
                    Command::Reset => self.input(ctx, Input::Reset),
                };
                self.answer_waiting();
            }
            Msg::Leave(number) => {
                // The shopper may have come back before the page was ready to be left.
                if self.view.state != StateName::Redirecting || self.driver.go(number) {
                    return false;
                }
                self.kept_in = true;
                self.tell_host(ctx, number);
            }
            Msg::Ticked => self.ticking = None,
            Msg::Drawn(code) => self.qr = self.qr.take().map(|(number, _)| (number, code)),
            Msg::Copied(copied) => {
                let link = ctx.link().clone();
                self.copied = copied.then(|| browser::Timer::new(2_000, move || link.send_message(Msg::Copied(false))));
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let locale = props.locale.as_deref().unwrap_or_default();
        let money = self.view.money.as_ref().map(|money| AttrValue::from(browser::money(money, locale)));
        let expires = self.view.expires_at.and_then(|at| browser::time(at, locale)).map(AttrValue::from);
        let address = |number: Option<u32>| number.and_then(|number| self.driver.address(number));
        let left = self.counts_down().map(|at| Left::until(at, self.driver.now().wall, locale));
        let (left, left_said) = left.map_or((None, None), |left| (left.shown, left.said));
        let (can_share, can_copy) = browser::can_hand_on();
        html! {
            <div ref={self.base.clone()}>
                {screen(&ScreenProps {
                    view: self.view.clone(),
                    messages: props.messages.clone(),
                    money,
                    expires,
                    href: address(self.view.place),
                    frame: address(self.view.frame),
                    frame_size: self.challenge,
                    left,
                    left_said,
                    methods: props.methods.iter().map(|choice| choice.method.clone()).collect(),
                    chosen: self.chosen(props),
                    target: self.target(),
                    wrong: self.wrong.clone(),
                    qr: self.qr.as_ref().and_then(|(_, code)| code.clone()),
                    can_share,
                    can_copy,
                    copied: self.copied.is_some(),
                })}
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        self.seen = true;
        if first {
            let link = ctx.link().clone();
            self.presses = browser::Presses::hear(&self.base, PRESS, move |word| {
                if let Some(pressed) = Pressed::from_word(&word) {
                    link.send_message(Msg::Pressed(pressed));
                }
            });
        }
        if self.counts_down().is_none() {
            self.ticking = None;
        } else if self.ticking.is_none() {
            let link = ctx.link().clone();
            self.ticking = Some(browser::Timer::new(1_000, move || link.send_message(Msg::Ticked)));
        }
        if self.touched && browser::focus_anew(&self.base) {
            self.touched = false;
        }
    }
}

impl Panel {
    fn start(&mut self, ctx: &Context<Self>, read: Read) {
        self.setup = read.setup.clone();
        self.note_what_is_wrong(ctx, read.wrong, true);
        let start = self.driver.start(read.setup, read.merchant_site);
        self.input(ctx, Input::Start(Box::new(start)));
    }

    /// The page is told of what the flow does not report: what keeps nobody from paying, and one wrong setting after another.
    fn note_what_is_wrong(&mut self, ctx: &Context<Self>, wrong: Option<AttrValue>, begins: bool) {
        if wrong != self.wrong {
            self.wrong = wrong;
            if self.wrong.is_some() && (self.setup.fit == Fit::Pay || !begins) {
                ctx.props().on_error.emit(self.detail(Some(Code::InvalidAttribute)));
            }
        }
    }

    /// What the page is told, of what is wrong now or at all.
    fn detail(&self, error: Option<Code>) -> Detail {
        let error = error.or(self.view.fault);
        let attribute = self.wrong.clone().filter(|_| error == Some(Code::InvalidAttribute));
        Detail { view: self.view.clone(), error, attribute }
    }

    /// Where the link to the bank opens: within a frame in the window around all, or where that is not allowed in one of its own.
    fn target(&self) -> Option<&'static str> {
        browser::framed().then_some(if self.kept_in { "_blank" } else { "_top" })
    }

    /// Only the page around this frame can take the shopper to the bank now.
    fn tell_host(&self, ctx: &Context<Self>, number: u32) {
        if let Some(origin) = &ctx.props().host_origin {
            self.driver.tell_host(origin, number, &self.view);
        }
    }

    fn pay(&mut self, ctx: &Context<Self>) -> bool {
        // A press that would do nothing does not ask the page for a payment method either.
        if !self.view.can_pay {
            return false;
        }
        let props = ctx.props();
        let method =
            props.methods.get(self.chosen(props)).map_or(&props.payment_method, |choice| &choice.payment_method);
        let words = (props.presentation == Presentation::Popup).then(|| props.messages.text(Key::Creating));
        let mut code = FULL_SCREEN;
        if props.presentation == Presentation::Iframe {
            let (width, height) = browser::room(&self.base);
            (code, self.challenge) = challenge_window(width, height);
        }
        let press = self.driver.press(method, words, code);
        self.input(ctx, Input::Pay(press))
    }

    /// The first where the page has taken ways to pay away.
    fn chosen(&self, props: &PanelProps) -> usize {
        if self.chosen < props.methods.len() { self.chosen } else { 0 }
    }

    /// Until when a countdown is shown.
    fn counts_down(&self) -> Option<Millis> {
        self.view.expires_at.filter(|_| self.view.state == StateName::Link)
    }

    /// Tells the flow, and does what it says. Whether there is something new to show.
    fn input(&mut self, ctx: &Context<Self>, input: Input) -> bool {
        let now = self.driver.now();
        // Before anything comes of it: so it is told even where the component stops over it.
        let on_trace = &ctx.props().on_trace;
        on_trace.emit(input_line(&input, now, &self.setup.redirect_hosts));
        let effects = self.flow.handle(input, now);
        let before = std::mem::replace(&mut self.view, self.flow.view());
        on_trace.emit(outcome_line(&self.view, &effects));
        let mut for_page = Vec::new();
        for effect in effects {
            match effect {
                Effect::Tell | Effect::Report(_) | Effect::Go(_) => for_page.push(effect),
                effect => self.driver.carry_out(effect),
            }
        }
        // The page hears of it once everything is saved and sent: it may do anything then, leaving included.
        let props = ctx.props();
        let same_payment = (before.kind, &before.payment_id) == (self.view.kind, &self.view.payment_id);
        self.seen &= same_payment && before.money == self.view.money;
        if before.state != self.view.state || before.fault != self.view.fault || !same_payment {
            props.on_state.emit(self.detail(None));
        }
        for effect in for_page {
            match effect {
                Effect::Report(code) => props.on_error.emit(self.detail(Some(code))),
                Effect::Go(number) => leave(ctx, number, self.detail(None)),
                _ => props.on_result.emit(self.detail(None)),
            }
        }
        if self.view.state == StateName::Link {
            self.draw(ctx);
        }
        // Into a frame, and out of it again.
        self.touched |= before.frame != self.view.frame;
        let changed = before != self.view;
        self.answer_waiting();
        changed
    }

    /// Tells those who wait that what they asked for is done.
    fn answer_waiting(&mut self) {
        let view = &self.view;
        let is_done = |command: Command| match command {
            Command::Pay => view.state != StateName::Creating,
            Command::CheckNow | Command::Reset => !view.checking,
        };
        let (done, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|(command, _)| is_done(*command));
        self.waiting = waiting;
        for (_, callback) in done {
            callback.emit(self.detail(None));
        }
    }

    /// Asks for the link's QR code, once.
    fn draw(&mut self, ctx: &Context<Self>) {
        let (Some(number), Some(qr)) = (self.view.place, &ctx.props().qr) else { return };
        if self.qr.as_ref().is_some_and(|(drawn, _)| *drawn == number) {
            return;
        }
        self.qr = Some((number, Some(AttrValue::default())));
        let Some(address) = self.driver.address(number) else { return };
        let link = ctx.link().clone();
        let code = qr.emit(address);
        spawn_local(async move {
            // Without a code there is still the link.
            let code = JsFuture::from(code).await.ok().and_then(|code| code.as_string());
            link.send_message(Msg::Drawn(code.map(AttrValue::from)));
        });
    }

    /// Copies or shares the link.
    fn hand_on(&mut self, ctx: &Context<Self>, how: Pressed) -> bool {
        if let Some(address) = self.view.place.and_then(|number| self.driver.address(number)) {
            let link = ctx.link().clone();
            match how {
                Pressed::Share => browser::share(&address),
                _ => browser::copy(&address, move || link.send_message(Msg::Copied(true))),
            }
        }
        false
    }
}

/// Leaves the page, unless the page says that it goes itself.
fn leave(ctx: &Context<Panel>, number: u32, detail: Detail) {
    let link = ctx.link().clone();
    match &ctx.props().before_redirect {
        None => link.send_message(Msg::Leave(number)),
        Some(before) => {
            let answer = before.emit(detail);
            spawn_local(async move {
                let stays = JsFuture::from(answer).await.is_ok_and(|answer| answer == JsValue::FALSE);
                if !stays {
                    link.send_message(Msg::Leave(number));
                }
            });
        }
    }
}
