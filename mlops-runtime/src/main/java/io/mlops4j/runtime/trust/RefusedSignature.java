package io.mlops4j.runtime.trust;

import io.mlops4j.runtime.internal.document.Texts;
import java.util.Collection;

/** The reason why a signature proves nothing; never leaves this package. */
final class RefusedSignature extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param found what was found, as the rest of a sentence
   */
  RefusedSignature(String found) {
    super(found);
  }

  /** Throws if there are any files that {@code what} describes. */
  static void ofAny(String what, Collection<String> names) throws RefusedSignature {
    if (!names.isEmpty()) {
      throw new RefusedSignature(what + Texts.some(names.stream().map(Texts::plain).toList()));
    }
  }

  String found() {
    return String.valueOf(getMessage());
  }
}
