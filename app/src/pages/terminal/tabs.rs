//! Which terminals are open on the page, and how each of them fares.

use std::collections::BTreeMap;

use dioxus::prelude::*;
use model::id::InstanceId;

use super::bridge::Heard;
use super::saved::{self, Saved};
use crate::parts::Tone;
use crate::script::Script;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Connecting,
    Connected,
    /// With what the server said, if it said anything.
    Reconnecting(Option<String>),
    Ended(String),
}

impl State {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Connecting => "Connecting",
            Self::Connected => "Connected",
            Self::Reconnecting(_) => "Reconnecting",
            Self::Ended(_) => "Ended",
        }
    }

    pub(super) const fn tone(&self) -> Tone {
        match self {
            Self::Connecting => Tone::Busy,
            Self::Connected => Tone::Good,
            Self::Reconnecting(_) => Tone::Warn,
            Self::Ended(_) => Tone::Idle,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tab {
    /// Never used twice on one page, so that a terminal that is started again is drawn anew.
    pub(super) key: u32,
    /// As people count: *Terminal 2*.
    pub(super) number: u32,
    /// As the server knows it; `None` until it has said.
    pub(super) terminal: Option<String>,
    /// What the program in it calls itself.
    pub(super) title: String,
    pub(super) state: State,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) struct Tabs {
    pub(super) instance: InstanceId,
    pub(super) list: Signal<Vec<Tab>>,
    /// The key of the one that is shown.
    pub(super) chosen: Signal<u32>,
    /// Whether it was looked up which terminals there were.
    pub(super) ready: Signal<bool>,
    next: Signal<u32>,
    /// The scripts of the panes, by the keys of their tabs.
    scripts: Signal<BTreeMap<u32, Script>>,
}

pub(super) fn use_tabs(instance: InstanceId) -> Tabs {
    Tabs {
        instance,
        list: use_signal(Vec::new),
        chosen: use_signal(|| 0),
        ready: use_signal(|| false),
        next: use_signal(|| 1),
        scripts: use_signal(BTreeMap::new),
    }
}

impl Tabs {
    /// How the terminal that is shown fares.
    pub(super) fn state(self) -> Option<State> {
        let chosen = (self.chosen)();
        self.list.read().iter().find(|tab| tab.key == chosen).map(|tab| tab.state.clone())
    }

    /// What was open before a reload, or a first terminal.
    pub(super) async fn restore(mut self) {
        let Saved { chosen, open } = saved::load(self.instance).await.unwrap_or_default();
        for (number, terminal) in open {
            let key = self.push(number, Some(terminal));
            if number == chosen {
                self.chosen.set(key);
            }
        }
        if self.list.peek().is_empty() {
            self.open();
        }
        self.ready.set(true);
    }

    pub(super) fn open(self) {
        let taken: Vec<_> = self.list.peek().iter().map(|tab| tab.number).collect();
        let number = (1..).find(|number| !taken.contains(number)).unwrap_or(1);
        let key = self.push(number, None);
        self.choose(key);
    }

    /// The tab to which that key leads from another one; nothing for a key that leads to none. It is shown once it is pressed.
    pub(super) fn towards(self, from: u32, pressed: &Key) -> Option<u32> {
        let list = self.list.peek();
        let at = list.iter().position(|tab| tab.key == from)?;
        let last = list.len() - 1;
        let to = if *pressed == Key::ArrowRight {
            if at == last { 0 } else { at + 1 }
        } else if *pressed == Key::ArrowLeft {
            at.checked_sub(1).unwrap_or(last)
        } else if *pressed == Key::Home {
            0
        } else if *pressed == Key::End {
            last
        } else {
            return None;
        };
        Some(list.get(to)?.key)
    }

    fn push(mut self, number: u32, terminal: Option<String>) -> u32 {
        let key = self.fresh();
        self.list.write().push(Tab { key, number, terminal, title: String::new(), state: State::Connecting });
        if *self.chosen.peek() == 0 {
            self.chosen.set(key);
        }
        key
    }

    fn fresh(mut self) -> u32 {
        let key = *self.next.peek();
        self.next.set(key + 1);
        key
    }

    pub(super) fn choose(mut self, key: u32) {
        self.chosen.set(key);
        self.focus(key);
        self.save();
    }

    pub(super) fn focus(self, key: u32) {
        self.tell(key, &Heard::Focus);
    }

    /// The person is done with it, so it ends on the instance too.
    pub(super) fn close(mut self, key: u32) {
        self.tell(key, &Heard::Close { ended: true });
        let at = self.list.peek().iter().position(|tab| tab.key == key).unwrap_or_default();
        self.list.write().retain(|tab| tab.key != key);
        if *self.chosen.peek() == key {
            let list = self.list.peek();
            let beside = list.get(at).or(list.last()).map(|tab| tab.key);
            drop(list);
            self.chosen.set(beside.unwrap_or_default());
            self.focus(beside.unwrap_or_default());
        }
        self.save();
    }

    /// A new terminal in the place of one that has ended.
    pub(super) fn start_again(mut self, key: u32) {
        let fresh = self.fresh();
        self.change(key, |tab| *tab = Tab { key: fresh, terminal: None, state: State::Connecting, ..tab.clone() });
        self.chosen.set(fresh);
        self.save();
    }

    /// The instance does not run, so no shell is left to come back to.
    pub(super) fn forget(mut self) {
        self.list.write().clear();
        self.chosen.set(0);
        self.ready.set(false);
        self.save();
    }

    pub(super) fn learn(self, key: u32, terminal: String) {
        self.change(key, |tab| tab.terminal = Some(terminal));
        self.save();
    }

    /// Does nothing for a tab that was closed meanwhile.
    pub(super) fn change(mut self, key: u32, how: impl FnOnce(&mut Tab)) {
        if let Some(tab) = self.list.write().iter_mut().find(|tab| tab.key == key) {
            how(tab);
        }
    }

    pub(super) fn attach(mut self, key: u32, script: Script) {
        self.scripts.write().insert(key, script);
    }

    fn tell(self, key: u32, what: &Heard) {
        if let Some(script) = self.scripts.peek().get(&key) {
            script.send(what);
        }
    }

    fn save(self) {
        let list = self.list.peek();
        let chosen = *self.chosen.peek();
        let number = list.iter().find(|tab| tab.key == chosen).map(|tab| tab.number);
        let open = list.iter().filter_map(|tab| Some((tab.number, tab.terminal.clone()?))).collect();
        saved::save(self.instance, &Saved { chosen: number.unwrap_or_default(), open });
    }
}
