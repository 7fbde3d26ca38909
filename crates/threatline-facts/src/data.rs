//! Classes of data and how much harm their loss does.

use serde::{Deserialize, Serialize};

macro_rules! data_classes {
    ($($variant:ident $name:literal $tier:literal),* $(,)?) => {
        /// A class of data that a component handles or a flow carries.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the names are the interface's own and say what they are")]
        pub enum DataClass { $($variant),* }

        impl DataClass {
            /// All classes, in the order of their tiers.
            pub const ALL: &[DataClass] = &[$(DataClass::$variant),*];

            /// The name used in the interface.
            pub const fn name(self) -> &'static str {
                match self { $(DataClass::$variant => $name),* }
            }

            /// 0 public, 1 internal, 2 personal, 3 harmful when lost.
            pub const fn tier(self) -> u8 {
                match self { $(DataClass::$variant => $tier),* }
            }

            /// The class of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|class| class.name() == name)
            }
        }
    };
}

data_classes! {
    Public "public" 0,
    Identifier "identifier" 1, Business "business" 1,
    Email "email" 2, Name "name" 2, Address "address" 2, Phone "phone" 2, DateOfBirth "date_of_birth" 2,
    Location "location" 2, IpAddress "ip_address" 2, Behaviour "behaviour" 2, Message "message" 2,
    Document "document" 2, Prompt "prompt" 2,
    PaymentCard "payment_card" 3, BankAccount "bank_account" 3, Transaction "transaction" 3, Health "health" 3,
    Biometric "biometric" 3, GovernmentId "government_id" 3, Password "password" 3, Credential "credential" 3,
    Token "token" 3, PrivateKey "private_key" 3, PreciseLocation "precise_location" 3,
    SpecialCategory "special_category" 3,
}
