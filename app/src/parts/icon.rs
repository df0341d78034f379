//! The few pictures, drawn on a grid of 24 and shown at 16 px.

use dioxus::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyph {
    Activity,
    ArrowLeft,
    Check,
    Close,
    Copy,
    Download,
    Eye,
    EyeOff,
    Globe,
    Info,
    Instances,
    Key,
    Link,
    Lock,
    More,
    Nodes,
    Person,
    Play,
    Plus,
    Restart,
    Search,
    Settings,
    SignOut,
    Stop,
    Terminal,
    Token,
    Trash,
    Upload,
    Warning,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Activity => "M3 12h4l3-8 4 16 3-8h4",
            Self::ArrowLeft => "M19 12H5M11 6l-6 6 6 6",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Copy => "M9 9h11v11H9zM5 15H4V4h11v1",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M4 20h16",
            Self::Eye => {
                "M2.5 12C4.6 8.4 8 6 12 6s7.4 2.4 9.5 6c-2.1 3.6-5.5 6-9.5 6s-7.4-2.4-9.5-6zM12 9.3a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4"
            }
            Self::EyeOff => {
                "M4 4l16 16M9.6 6.2A10 10 0 0 1 12 6c4 0 7.4 2.4 9.5 6a15 15 0 0 1-2.7 3.3M6.4 7.7A15 15 0 0 0 2.5 12c2.1 3.6 5.5 6 9.5 6a10 10 0 0 0 4.3-1"
            }
            Self::Globe => {
                "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M3 12h18M12 3c2.6 2.5 3.8 5.5 3.8 9s-1.2 6.5-3.8 9c-2.6-2.5-3.8-5.5-3.8-9s1.2-6.5 3.8-9"
            }
            Self::Info => "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 11v5M12 8v.01",
            Self::Instances => "M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9",
            Self::Key => "M8 12a4 4 0 1 0 0 8a4 4 0 1 0 0-8M11 13.5L20 4.5M16.5 8l3 3M14 10.5l2 2",
            Self::Link => {
                "M10 13.5a4.5 4.5 0 0 0 6.5 0l3-3a4.6 4.6 0 0 0-6.5-6.5l-1 1M14 10.5a4.5 4.5 0 0 0-6.5 0l-3 3a4.6 4.6 0 0 0 6.5 6.5l1-1"
            }
            Self::Lock => "M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3",
            Self::More => {
                "M3.5 12a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M10.5 12a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M17.5 12a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0"
            }
            Self::Nodes => "M4 4h16v7H4zM4 13h16v7H4zM8 7.5v.01M8 16.5v.01M12 7.5h4M12 16.5h4",
            Self::Person => "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8M4.5 20c.8-3.6 3.6-5 7.5-5s6.7 1.4 7.5 5",
            Self::Play => "M7 4.5v15l12-7.5z",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Restart => "M19.5 12a7.5 7.5 0 1 1-2.4-5.5L20 9M20 4v5h-5",
            Self::Search => "M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14M16 16l4.5 4.5",
            Self::Settings => {
                "M4 7h9M17 7h3M4 17h3M11 17h9M15 5a2 2 0 1 0 0 4a2 2 0 1 0 0-4M9 15a2 2 0 1 0 0 4a2 2 0 1 0 0-4"
            }
            Self::SignOut => "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
            Self::Stop => "M6 6h12v12H6z",
            Self::Terminal => "M4 17l6-5.5L4 6M12 18h8",
            Self::Token => "M4 7h16v10H4zM8 12v.01M12 12v.01M16 12v.01",
            Self::Trash => "M4 7h16M9 7V4h6v3M6.5 7l.8 13h9.4l.8-13M10 11v5M14 11v5",
            Self::Upload => "M12 16V5M7 9.5l5-5 5 5M4 20h16",
            Self::Warning => "M12 4L2.8 20h18.4zM12 10v4.5M12 17v.01",
        }
    }

    /// Areas instead of lines: a line as short as a dot is hardly seen.
    const fn is_filled(self) -> bool {
        matches!(self, Self::More)
    }
}

/// Only beside a word or on something that has a tooltip: it is hidden from screen readers.
#[component]
pub(crate) fn Icon(glyph: Glyph) -> Element {
    let (fill, stroke) = if glyph.is_filled() { ("currentColor", "none") } else { ("none", "currentColor") };
    rsx! {
        svg {
            class: "size-4 shrink-0",
            view_box: "0 0 24 24",
            fill,
            stroke,
            stroke_width: "1.75",
            stroke_linecap: "round",
            stroke_linejoin: "round",
            "aria-hidden": "true",
            path { d: glyph.path() }
        }
    }
}
