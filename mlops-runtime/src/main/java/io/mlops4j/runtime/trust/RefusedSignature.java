package io.mlops4j.runtime.trust;

import java.util.Collection;

/** Why a signature proves nothing; never leaves this package. */
final class RefusedSignature extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param found what was found, as the rest of a sentence
   */
  RefusedSignature(String found) {
    super(found);
  }

  /** Throws if there are any. */
  static void ofAny(String what, Collection<String> names) throws RefusedSignature {
    if (!names.isEmpty()) {
      throw new RefusedSignature(what + TrustMessages.some(names));
    }
  }

  String found() {
    return String.valueOf(getMessage());
  }
}
