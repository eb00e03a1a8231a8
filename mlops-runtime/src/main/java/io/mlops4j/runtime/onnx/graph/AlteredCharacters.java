package io.mlops4j.runtime.onnx.graph;

import java.util.Set;

/**
 * The characters that ONNX Runtime's Java API alters: it uses the JVM's own form of UTF-8, which
 * differs from UTF-8 for U+0000 and for all characters beyond U+FFFF.
 */
public final class AlteredCharacters {
  private AlteredCharacters() {}

  /**
   * Adds the characters of a text that the Java API would alter, each once.
   *
   * @param text the text
   * @param to the set that they are added to
   */
  public static void add(String text, Set<String> to) {
    text.codePoints()
        .filter(c -> c == 0 || Character.isSupplementaryCodePoint(c))
        .mapToObj(Character::toString)
        .forEach(to::add);
  }
}
