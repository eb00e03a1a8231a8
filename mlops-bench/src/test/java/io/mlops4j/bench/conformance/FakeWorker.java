package io.mlops4j.bench.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Speaks as {@link Worker} does; what becomes of a case is its name. */
final class FakeWorker {
  private FakeWorker() {}

  public static void main(String[] args) throws IOException {
    System.out.println("a warning of the JVM");
    System.out.println(Worker.READY);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      judge(line.split(Worker.WITHOUT_RAW, 2));
    }
    if (args.length > 0) {
      throw new IllegalStateException(args[0]);
    }
  }

  private static void judge(String[] words) {
    String name = words[0];
    boolean raw = words.length == 1;
    if (raw && name.startsWith("raw-ends")) {
      System.err.println("terminate called");
      Runtime.getRuntime().halt(134);
    }
    System.out.println(Worker.RAW + raw);
    switch (name) {
      case "library-ends", "raw-ends-and-library" -> Runtime.getRuntime().halt(139);
      case "library-hangs" -> Runtime.getRuntime().halt(Worker.TOO_LONG);
      case "failed" -> say(new Verdict(name, CaseOutcome.FAILED, raw, "other\nbits"));
      case "passed" -> say(new Verdict(name, CaseOutcome.PASSED, raw, ""));
      default -> say(new Verdict(name, CaseOutcome.REFUSED, false, words[words.length - 1]));
    }
  }

  private static void say(Verdict verdict) {
    System.out.println(Worker.VERDICT + verdict.format());
  }
}
