"""What a service keeps secret: its own keys, sealed data, and signatures that anyone can check."""

from runtime.crypto.key_set import ServiceKeys
from runtime.crypto.vault import DESTROYED, DataKey, Vault

__all__ = ["DESTROYED", "DataKey", "ServiceKeys", "Vault"]
