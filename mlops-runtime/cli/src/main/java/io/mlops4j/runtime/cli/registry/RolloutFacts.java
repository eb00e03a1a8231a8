package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.deployment.RolloutStatus.State;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A rollout as JSON and as text. */
final class RolloutFacts {
  private RolloutFacts() {}

  static ObjectNode json(RolloutStatus status) {
    RolloutPlan plan = status.plan();
    ObjectNode json =
        ConsoleOutput.object()
            .put("state", RegistryFacts.word(status.state()))
            .put("open", status.isOpen());
    json.set("candidate", RegistryFacts.json(status.candidate()));
    json.set("baseline", RegistryFacts.json(status.baseline()));
    json.put("step", status.step()).put("share", status.share());
    ArrayNode shares = json.putArray("shares");
    plan.shares().forEach(shares::add);
    json.put("every", plan.every().toString())
        .put("patience", plan.patience().toString())
        .put("approval", plan.approval())
        .put("since", status.since().toString())
        .put("by", status.change().actor())
        .put("because", status.change().reason());
    ArrayNode evidence = json.putArray("evidence");
    for (Evidence one : status.evidence()) {
      evidence
          .addObject()
          .put("name", one.name())
          .put("measured", finite(one.measured()))
          .put("bound", finite(one.bound()))
          .put("text", one.text());
    }
    return json;
  }

  /** JSON has no NaN and no infinity. */
  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? (Double) value : null;
  }

  /** Candidate, state, step and the newest change, in one line. */
  static String text(RolloutStatus status) {
    List<Double> shares = status.plan().shares();
    return "%s on %s: %s, step %d of %d (%s of the calls), since %s  %s"
        .formatted(
            status.candidate(),
            status.ref(),
            RegistryFacts.word(status.state()).replace('_', ' '),
            status.step(),
            shares.size(),
            percent(shares.get(status.step() - 1)),
            RegistryFacts.time(status.since()),
            RegistryFacts.text(status.change()));
  }

  /** The whole state, with the evidence of the last judgement. */
  static void print(RolloutStatus status, ConsoleOutput to) {
    RolloutPlan plan = status.plan();
    String steps =
        "%s of the calls, %s each%s; patience %s"
            .formatted(
                plan.shares().stream().map(RolloutFacts::percent).collect(Collectors.joining(", ")),
                text(plan.every()),
                plan.approval() ? ", then approval" : "",
                text(plan.patience()));
    to.line(text(status));
    to.table(List.of(List.of("baseline", status.baseline().toString()), List.of("steps", steps)));
    to.table(status.evidence().stream().map(RolloutFacts::row).toList());
    if (status.state() == State.AWAITING_APPROVAL) {
      to.line(
          "next      mlops4j rollout approve %s %s, or abort"
              .formatted(status.ref(), status.candidate()));
    } else if (status.state() == State.PROMOTING) {
      to.line(
          "next      a service moves the alias; without one: mlops4j rollout approve %s %s"
              .formatted(status.ref(), status.candidate()));
    }
  }

  private static List<String> row(Evidence one) {
    return List.of(
        one.name(),
        number(one.measured()),
        Double.isNaN(one.bound()) ? "" : "bound " + number(one.bound()),
        one.text());
  }

  private static String number(double value) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).round(new MathContext(4)).stripTrailingZeros().toPlainString()
        : Double.isNaN(value) ? "" : Double.toString(value);
  }

  private static String percent(double share) {
    return number(share * 100) + " %";
  }

  /** Such as 10m or 1h30m. */
  static String text(Duration time) {
    return time.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
