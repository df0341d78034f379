//! What pages are made of. A part knows how it looks and nothing of instances, nodes or people, but for
//! [`PhaseBadge`], which every page must draw alike.

mod badge;
mod button;
mod card;
mod choice;
mod confirm;
mod copy;
mod copy_button;
mod empty;
mod field;
mod header;
mod icon;
mod menu;
mod more;
mod notice;
mod progress;
mod select;
mod skeleton;
mod switch;
mod time;
mod toast;

pub(crate) use badge::{Badge, PhaseBadge, Tone};
pub(crate) use button::{Button, ButtonKind, ButtonLink};
pub(crate) use card::Card;
pub(crate) use choice::{Check, Choice};
pub(crate) use confirm::Confirm;
pub(crate) use copy::{CopyBlock, CopyText};
pub(crate) use copy_button::{CopyButton, copy};
pub(crate) use empty::Empty;
pub(crate) use field::{Field, FieldKind, TextArea};
pub(crate) use header::PageHeader;
pub(crate) use icon::{Glyph, Icon};
pub(crate) use menu::{Menu, MenuItem};
pub(crate) use more::More;
pub(crate) use notice::{Notice, NoticeKind};
pub(crate) use progress::ProgressBar;
pub(crate) use select::Select;
pub(crate) use skeleton::Skeleton;
pub(crate) use switch::Switch;
pub(crate) use time::Time;
pub(crate) use toast::{ToastList, Toasts, use_toasts};
