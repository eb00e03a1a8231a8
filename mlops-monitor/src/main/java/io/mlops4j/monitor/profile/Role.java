package io.mlops4j.monitor.profile;

/** The side of the model that a column belongs to. */
public enum Role {
  /** An input of the model. */
  FEATURE("features"),
  /** An output of the model. */
  OUTPUT("outputs");

  private final String words;

  Role(String words) {
    this.words = words;
  }

  /** {@return the columns of this side in words: {@code features} or {@code outputs}} */
  public String words() {
    return words;
  }
}
