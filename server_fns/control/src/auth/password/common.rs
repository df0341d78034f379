//! What lists of stolen passwords are full of, in lower case.

/// Rows of keys and of signs; read from left to right and from right to left.
pub(super) const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!@#$%^&*()_+",
    "147258369",
    "789456123",
];

/// Words that are passwords, or nearly so.
#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    "aaron", "abc", "access", "account", "adidas", "admin", "administrator", "alex", "amanda", "america", "andrea",
    "andrew", "angel", "anthony", "apple", "arsenal", "ashley", "august", "austin", "autumn", "babygirl", "bailey",
    "banana", "barcelona", "baseball", "basketball", "batman", "berlin", "blink", "buster", "butterfly", "changeme",
    "charlie", "chelsea", "chicken", "chocolate", "chris", "cisco", "computer", "cookie", "cowboys", "daniel", "dallas",
    "database", "december", "default", "demo", "diamond", "dockhost", "docker", "dragon", "eagle", "family", "ferrari",
    "flower", "football", "forever", "freedom", "friends", "fuckyou", "galaxy", "george", "ginger", "google", "guest",
    "hallo", "hammer", "hannah", "harley", "hello", "hockey", "hottie", "hunter", "iceman", "iloveyou", "internet",
    "january", "jasmine", "jennifer", "jessica", "jesus", "jordan", "joshua", "july", "june", "justin", "killer",
    "klaster", "letmein", "linux", "liverpool", "login", "london", "love", "lovely", "maggie", "manager", "marina",
    "martin", "master", "matrix", "matthew", "melissa", "mercedes", "michael", "michelle", "minecraft", "monday",
    "money", "monkey", "mustang", "naruto", "nicole", "november", "october", "office", "oracle", "orange", "password",
    "passwort", "passwd", "passw", "parola", "patrick", "pepper", "phoenix", "pokemon", "princess", "private", "purple",
    "qwerty", "qwertz", "rainbow", "ranger", "robert", "root", "samantha", "samsung", "sascha", "schalke", "secret",
    "security", "september", "server", "service", "shadow", "silver", "slipknot", "snoopy", "soccer", "sommer",
    "spring", "ssh", "starwars", "student", "summer", "sunday", "sunshine", "superman", "support", "sweety", "system",
    "taylor", "teacher", "temp", "test", "tester", "testing", "thomas", "thunder", "tigger", "tinkerbell", "trustno",
    "ubuntu", "user", "vagrant", "vanessa", "victoria", "welcome", "whatever", "william", "windows", "winner", "winter",
    "yankees", "yellow", "zaq",
];
