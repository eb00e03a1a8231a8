package io.mlops4j.runtime.trust;

/** Why a signature proves nothing; never leaves this package. */
final class RefusedSignature extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param found what was found, as the rest of a sentence
   */
  RefusedSignature(String found) {
    super(found);
  }

  String found() {
    return String.valueOf(getMessage());
  }
}
