package io.mlops4j.monitor.profile;

/** Which side of a model a column stands on. */
public enum Role {
  /** What goes into a model. */
  FEATURE("features"),
  /** What a model answered. */
  OUTPUT("outputs");

  private final String words;

  Role(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
