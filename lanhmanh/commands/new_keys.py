"""`lanhmanh new-keys`: a key file for a service that seals what it keeps."""

from __future__ import annotations

from runtime.crypto.key_file import new_key_file


def new_keys() -> None:
    """In một bộ khóa mới (JWK set) cho dịch vụ tips hoặc referrals; lưu vào tệp chỉ dịch vụ đó đọc được."""
    print(new_key_file())
