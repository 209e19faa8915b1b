//! Enumerations that the specification writes as codes.

/// A closed set of codes. A member's place in [`Coded::ALL`] is its byte in the image, so that members are only ever
/// added at the end.
pub trait Coded: Copy + PartialEq + 'static {
    /// Every member.
    const ALL: &'static [Self];

    /// How the specification writes this member.
    fn code(self) -> &'static str;

    /// The member that the specification writes so.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.code() == code)
    }

    /// The member that this byte of an image stands for.
    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}
