// localStorage that never throws: private windows and full disks may refuse.

export function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key, value) {
  try {
    if (value === null || value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The page keeps working; it only forgets when it is closed.
  }
}

export function readJSON(key) {
  try {
    return JSON.parse(read(key));
  } catch {
    return null;
  }
}
