//! Public keys made with `ssh-keygen` for these tests; their private halves were thrown away.

pub(super) const DSA: &str = "ssh-dss AAAAB3NzaC1kc3MAAACBAMGm5nRapdwYtqLAZgnpNeHPkfb80oK+I2YY125RrrICq2fOR3KApYFCW01rCWoolRcZ\
     nqX2IFFQBj+mths1hGk7V3NU2hceE/PIzNT9uGpRfrBM29BITdkTodor/2i0NEriCVRQPj7fd7yIG1UEAMfZ9SJmUHAftKyP\
     nNxkZBeDAAAAFQCLQaGeIbeeXljj2kSKZMHqEOXr5QAAAIAipb9Xx2I/GmK+xREMUlgvzD256lKLJTECBQdUTAXGlNPIXgvT\
     r3YZJ6rFAqNIhEKmcjrNuMSxTG1V2yhSqALswoyVJG0Evnb1vDxeCOc3xAj5vYJhKdjlsQ8/+Ws6NSgjuXO7AvuxCmOLWNZo\
     65QvatZRT2wCGx+kxqd97y0U3QAAAIEAwInlV2zg2U0YH1a7mpF6C6wFCQdtWVTibRAPOYnTyMDkfwyXhCeO/dmrj6O39Nwb\
     Yf3hQzKYPVRDPffOjkupBhD0MYiIVMQcufS8DBMvAJ1resqAdggQ96aDHhJhEmF1WlaPSAjCSEWnVhQlOdhj+SgIQNTHYekv\
     +JNHB8LiXyw=";
pub(super) const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKguUnd+6QK7sKSZsaBby2QE3zQGV5jS6lESXhh5PjYG";
pub(super) const P256: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBD41AeL+Zi0cnz02uM0/3pn7\
     jeTH5GpQ4l4ALElY1+stuSHpNS9gmeLI0QwH5kIpGsciLDJYK59L6GbizqzxvE0=";
pub(super) const P521: &str = "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAHG0Ks+RkIrAkkQ9Rwki3Xe\
     bK4vGBqUnjkwbNp0B9mKISGq4qD3wOMZ4QwScFFrT0nZ/l85Iw3qyURnBfOwR/ku6AEAiE7By6NTdRa6mSW8bYhPbPyMYmhY\
     6ZQq7HRdJGv1lMhq/JAwkOdlpfSCi8pE7LzYWBJbrEeSORcwpnaxN9/cfQ==";
pub(super) const RSA_2048: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCvYQTa52f9C6vG172ZzzMWKwp+N5VG+LkqbmWW77ZViwo3pqE2mAJ7UWnt\
     lQW6XpStZDAmLGoiXPiY30SoB+PFoFVx2bgNNbhq4fDKkjj+2C4TJ5ZL9lW4i+gfvzNPzVwNRWuO4kHo3JYd6XHdzM7cMNC+\
     h21e//ScPUionFBp7w+yS45h5U0UNpvfHUSBYFll+mAS9RlSx7gd+9BB9fKJFT7NhdcmUD/uD6MonVrrsdIDP0NsbyLlvQvT\
     eFEvlywrr1yaNiFBmDUY51a4QYfTHhWkWAQAi+IuwXOoixTJWdNoM8lCO8Px2UTw+4vmlzQrXdZVAgEbRYMEExv8bbU1";
pub(super) const RSA_3072: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDkL1shN+sV+52fqDNXfZuMtMbq2jtRCb2cfHl+wm3//TMLRyVrtdTKtCin\
     qSzg61aB8b4cZKqaVtNqUT1Tcib+Q1pU3wwPHg8X42mIa3nRMl6ugSmweDExpzHDeRJfceIoEhYs0E7z22IcOPn7wVu8bqwh\
     XBEwTUYQ4sQoPdGklzSrvovKi29f0VAwAstUo3GLW7M5nBWoEC2rMOMseNUAUpqpzDpMQgCnrF4aD6H5zP08og6rbXbwGHfz\
     qWPj6sNy3UpjjLSoTprTugecgWMiXSU56onUCgUmF0yAUKBRqbjK2/wo9BNJUncin7wDHzC6+a0419TY8RDjrMjyzhzcfqkS\
     6ITVfG5WoO/gmg7BWn3p/wilYzWIpkpPNyKihHfpQvI9tXYKvyzziJGZWzgcZn2uzV0NQFSHWCAh/YQHE7skTaq0mX1wsibA\
     jC9xoNwHIJWW1AOgwX+CEq55s2Lrb7Qn9Yc96WwdYddlqwDeombVgLoohI3V00upUS9s5Nc=";
