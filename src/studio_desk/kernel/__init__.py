"""Plain words shared by every part: no Qt, no SQL, no paper."""
