//! What an instance is made from.

use serde::{Deserialize, Serialize};

/// The name of an image that DockHost knows how to build. Each has a folder of that name in `images/`,
/// which holds what differs from the folder of its package manager.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ImageName {
    #[default]
    #[serde(rename = "ubuntu-24.04")]
    Ubuntu2404,
    #[serde(rename = "debian-12")]
    Debian12,
}

/// A text that names no known image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no image of that name; the images are ubuntu-24.04 and debian-12")]
pub struct UnknownImage;

impl ImageName {
    pub const ALL: [Self; 2] = [Self::Ubuntu2404, Self::Debian12];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ubuntu2404 => "ubuntu-24.04",
            Self::Debian12 => "debian-12",
        }
    }

    /// As people write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ubuntu2404 => "Ubuntu 24.04 LTS",
            Self::Debian12 => "Debian 12",
        }
    }
}

impl std::fmt::Display for ImageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ImageName {
    type Err = UnknownImage;
    fn from_str(text: &str) -> Result<Self, UnknownImage> {
        Self::ALL.into_iter().find(|image| image.as_str() == text).ok_or(UnknownImage)
    }
}
