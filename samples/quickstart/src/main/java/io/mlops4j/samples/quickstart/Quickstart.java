package io.mlops4j.samples.quickstart;

/** Runs the sample. */
final class Quickstart {

  private Quickstart() {}

  public static void main(String[] args) {
    System.out.println("mlops4j quickstart");
  }
}
