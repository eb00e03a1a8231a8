package io.mlops4j.bench.conformance;

import io.mlops4j.bench.conformance.Answer.None;
import io.mlops4j.bench.conformance.Answer.Values;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Holds the library's answers against those of ONNX Runtime's Java API.
 *
 * @param raw ONNX Runtime's Java API
 * @param ours every way to ask the library
 */
record Judge(CaseRunner raw, List<? extends CaseRunner> ours) {
  /** What ONNX Runtime's Java API answers. */
  Answer askRaw(TestCase test) {
    return Answer.of(raw, test);
  }

  /** Why an answer is not the one that the case expects; empty if it is. */
  static String surprise(Answer answer, TestCase test) {
    if (answer instanceof None none) {
      return none.reason();
    }
    try {
      return Tolerance.holds(((Values) answer).sets(), test.expected())
          ? ""
          : "not as the case expects";
    } catch (IOException | NotCompared e) {
      return "the expected values cannot be read: " + e.getMessage();
    }
  }

  /**
   * Asks the library; the first of its answers that does not pass decides.
   *
   * @param surprise what is to be said of raw's answer
   */
  Verdict judge(TestCase test, Answer theirs, String surprise) {
    Verdict verdict = new Verdict(test.name(), CaseOutcome.PASSED, surprise.isEmpty(), "");
    for (CaseRunner side : ours) {
      if (verdict.outcome() == CaseOutcome.PASSED) {
        Answer own = Answer.of(side, test);
        Verdict next =
            theirs instanceof Values values
                ? beside(test, values, surprise, own)
                : alone(test, surprise, own);
        verdict = next.asked(side.way());
      }
    }
    return verdict;
  }

  private static Verdict beside(TestCase test, Values theirs, String surprise, Answer own) {
    boolean rawPassed = surprise.isEmpty();
    String difference =
        own instanceof None none
            ? "raw answers, the library does not: " + none.reason()
            : difference(((Values) own).sets(), theirs.sets());
    return difference.isEmpty()
        ? new Verdict(
            test.name(), CaseOutcome.PASSED, rawPassed, rawPassed ? "" : "as raw, but " + surprise)
        : new Verdict(test.name(), CaseOutcome.FAILED, rawPassed, difference);
  }

  /** Where there is nothing to compare with but what the case expects. */
  private static Verdict alone(TestCase test, String raw, Answer own) {
    String surprise = surprise(own, test);
    if (surprise.isEmpty()) {
      return new Verdict(
          test.name(), CaseOutcome.PASSED, false, "as the case expects; raw cannot: " + raw);
    }
    boolean refused = own instanceof None none && none.orderly();
    return new Verdict(
        test.name(),
        refused ? CaseOutcome.REFUSED : CaseOutcome.FAILED,
        false,
        surprise + "; raw: " + raw);
  }

  /** The first one, for people; empty if there is none. */
  private static String difference(List<Map<String, Value>> own, List<Map<String, Value>> theirs) {
    for (int i = 0; i < theirs.size(); i++) {
      if (!own.get(i).keySet().equals(theirs.get(i).keySet())) {
        return "outputs " + own.get(i).keySet() + ", raw " + theirs.get(i).keySet();
      }
      for (Map.Entry<String, Value> output : theirs.get(i).entrySet()) {
        Value answered = Objects.requireNonNull(own.get(i).get(output.getKey()));
        String difference = difference(answered, output.getValue());
        if (!difference.isEmpty()) {
          return "output " + output.getKey() + ": " + difference;
        }
      }
    }
    return "";
  }

  private static String difference(Value own, Value theirs) {
    if (own.equals(theirs)) {
      return "";
    }
    if (!own.toString().equals(theirs.toString())) {
      return own + ", raw " + theirs;
    }
    for (int i = 0; i < theirs.tensors().size(); i++) {
      Tensor ours = own.tensors().get(i);
      int at = ours.firstDifference(theirs.tensors().get(i));
      if (at >= 0) {
        return "%s, element %d: %s, raw %s"
            .formatted(own, at, ours.text(at), theirs.tensors().get(i).text(at));
      }
    }
    return own + " is another than raw's";
  }
}
