//! What an instance is made from.

use serde::{Deserialize, Serialize};

/// The name of an image that DockHost knows how to build. Each has a folder of that name in `images/`,
/// which holds what differs from the folder of its package manager.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ImageName {
    #[default]
    #[serde(rename = "ubuntu-24.04")]
    Ubuntu2404,
    #[serde(rename = "debian-12")]
    Debian12,
}

/// From which image an instance is made. In the API, in rows, in files and on the wire it is one text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub enum ImageRef {
    /// Every node builds it by itself, and it is called by its name.
    Built(ImageName),
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

impl ImageRef {
    /// The name, if every node can build it.
    pub const fn built(&self) -> Option<ImageName> {
        match self {
            Self::Built(name) => Some(*name),
        }
    }

    /// Whether a node that offers these can make an instance of it.
    pub fn is_among(&self, offered: &[ImageName]) -> bool {
        match self {
            Self::Built(name) => offered.contains(name),
        }
    }

    pub const fn title(&self) -> &str {
        match self {
            Self::Built(name) => name.title(),
        }
    }
}

impl Default for ImageRef {
    fn default() -> Self {
        Self::Built(ImageName::default())
    }
}

impl From<ImageName> for ImageRef {
    fn from(name: ImageName) -> Self {
        Self::Built(name)
    }
}

impl std::fmt::Display for ImageRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Built(name) => name.fmt(f),
        }
    }
}

impl std::str::FromStr for ImageRef {
    type Err = UnknownImage;
    fn from_str(text: &str) -> Result<Self, UnknownImage> {
        text.parse().map(Self::Built)
    }
}

impl TryFrom<String> for ImageRef {
    type Error = UnknownImage;
    fn try_from(text: String) -> Result<Self, UnknownImage> {
        text.parse()
    }
}

impl From<ImageRef> for String {
    fn from(image: ImageRef) -> Self {
        image.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_written_as_it_always_was() {
        for name in ImageName::ALL {
            let before = serde_json::to_string(&name).unwrap();
            let image = ImageRef::from(name);
            assert_eq!(serde_json::to_string(&image).unwrap(), before);
            assert_eq!(serde_json::from_str::<ImageRef>(&before).unwrap(), image);
            assert_eq!(
                (image.to_string().as_str(), image.title(), image.built()),
                (name.as_str(), name.title(), Some(name))
            );
            assert!(image.is_among(&ImageName::ALL) && !image.is_among(&[]));
        }
    }

    #[test]
    fn an_unknown_image_is_refused_with_those_that_there_are() {
        for text in ["\"windows\"", "\"\"", "\"Ubuntu-24.04\""] {
            let told = serde_json::from_str::<ImageRef>(text).unwrap_err().to_string();
            assert!(told.contains("the images are ubuntu-24.04 and debian-12"), "{told}");
        }
        assert!(serde_json::from_str::<ImageRef>("7").is_err());
    }
}
