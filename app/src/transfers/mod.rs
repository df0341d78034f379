//! Files on their way into instances. They belong to the tab and not to a page: whoever looks at another page
//! meanwhile loses nothing.

mod bridge;
#[cfg(not(feature = "desktop"))]
mod download;
mod list;
mod way;

use dioxus::prelude::*;
use model::id::InstanceId;

use bridge::{Heard, Said};
#[cfg(not(feature = "desktop"))]
pub(crate) use download::download;
pub(crate) use list::TransferList;
pub(crate) use way::{Way, way};

#[cfg(feature = "desktop")]
pub(crate) use crate::desktop::download;
use crate::script::Script;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    /// For others to get through.
    Waiting,
    UnderWay,
    Done,
    Cancelled,
    Failed(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Transfer {
    id: u64,
    instance: InstanceId,
    name: String,
    /// Where it goes in the instance.
    path: String,
    size: u64,
    sent: u64,
    status: Status,
}

impl Transfer {
    const fn is_over(&self) -> bool {
        !matches!(self.status, Status::Waiting | Status::UnderWay)
    }

    /// Whole only when the instance has said so.
    fn percent(&self) -> u32 {
        if self.status == Status::Done {
            return 100;
        }
        let part = self.sent.saturating_mul(100).checked_div(self.size).unwrap_or(0);
        u32::try_from(part).unwrap_or(u32::MAX).min(99)
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Transfers {
    list: Signal<Vec<Transfer>>,
    /// Some page takes files, so the script is needed.
    wanted: Signal<bool>,
    script: Signal<Option<Script>>,
    broken: Signal<bool>,
}

impl Transfers {
    /// For the root alone; everything under it uses [`use_transfers`].
    pub(crate) fn provide() -> Self {
        use_context_provider(|| Self {
            list: Signal::new(Vec::new()),
            wanted: Signal::new(false),
            script: Signal::new(None),
            broken: Signal::new(false),
        })
    }

    /// From now on files may be dropped on elements with `data-drop`.
    pub(crate) fn prepare(mut self) {
        if !*self.wanted.peek() {
            self.broken.set(false);
            self.wanted.set(true);
        }
    }

    /// The script could not be loaded; [`Self::prepare`] tries again.
    pub(crate) fn is_broken(self) -> bool {
        (self.broken)()
    }

    pub(crate) fn any(self, instance: InstanceId) -> bool {
        self.list.read().iter().any(|one| one.instance == instance)
    }

    fn of(self, instance: InstanceId) -> Vec<Transfer> {
        self.list.read().iter().filter(|one| one.instance == instance).cloned().collect()
    }

    fn cancel(self, id: u64) {
        self.change(id, |one| one.status = Status::Cancelled);
        self.tell(&Heard::Cancel { id });
    }

    /// Takes off the list what needs nobody's attention any more.
    fn clear(mut self, instance: InstanceId) {
        self.list.write().retain(|one| one.instance != instance || !one.is_over());
    }

    fn hear(mut self, said: Said) {
        match said {
            Said::Added { id, instance, name, path, size } => {
                self.list.write().push(Transfer { id, instance, name, path, size, sent: 0, status: Status::Waiting });
            }
            Said::Ask { id, instance } => {
                spawn(async move {
                    let (way, refusal) = match way(instance).await {
                        Ok(way) => (Some(way), None),
                        Err(refusal) => (None, Some(refusal)),
                    };
                    self.tell(&Heard::Way { id, way, refusal });
                });
            }
            Said::Sent { id, bytes } => self.change(id, |one| {
                one.status = Status::UnderWay;
                one.sent = bytes;
            }),
            Said::Done { id } => self.change(id, |one| one.status = Status::Done),
            Said::Failed { id, reason } => self.change(id, |one| one.status = Status::Failed(reason)),
            Said::Broken => {
                self.wanted.set(false);
                self.broken.set(true);
            }
        }
    }

    /// What was cancelled stays so, whatever was on its way meanwhile.
    fn change(mut self, id: u64, how: impl FnOnce(&mut Transfer)) {
        if let Some(one) = self.list.write().iter_mut().find(|one| one.id == id && !one.is_over()) {
            how(one);
        }
    }

    fn tell(self, what: &Heard) {
        if let Some(script) = &*self.script.peek() {
            script.send(what);
        }
    }

    /// The session is over, and with it whatever was under way.
    fn leave(mut self) {
        self.tell(&Heard::Close);
        self.script.set(None);
        self.wanted.set(false);
        self.list.write().clear();
    }
}

pub(crate) fn use_transfers() -> Transfers {
    use_context::<Transfers>()
}

/// Carries the files as long as somebody is signed in.
#[component]
pub(crate) fn Carrier() -> Element {
    let mut transfers = use_transfers();
    use_effect(move || {
        if (transfers.wanted)() {
            let script = bridge::begin();
            transfers.script.set(Some(script.clone()));
            spawn(bridge::listen(transfers, script));
        }
    });
    use_drop(move || transfers.leave());
    rsx! {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_only_when_the_instance_says_so() {
        let transfer = |size, sent, status| Transfer {
            id: 1,
            instance: "i-00000000000000aa".parse().unwrap(),
            name: "a".to_owned(),
            path: "/root/a".to_owned(),
            size,
            sent,
            status,
        };
        assert_eq!(transfer(200, 50, Status::UnderWay).percent(), 25);
        assert_eq!(transfer(200, 200, Status::UnderWay).percent(), 99);
        assert_eq!(transfer(0, 0, Status::UnderWay).percent(), 0);
        assert_eq!(transfer(0, 0, Status::Done).percent(), 100);
        assert_eq!(transfer(u64::MAX, u64::MAX, Status::UnderWay).percent(), 1);
    }
}
