package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.TimeConverters;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rollout ACTION NAME@ALIAS}: the rollouts of an alias. */
@Command(
    name = "rollout",
    description = {
      "Starts, shows, approves or aborts the rollout of a version to the deployments of an alias.",
      "The state is in the registry. The processes that serve the alias and take part in rollouts let"
          + " the candidate answer a share of the calls, judge it at the end of each step, and promote"
          + " it or roll it back."
    },
    subcommands = {
      RolloutCommand.Start.class,
      RolloutCommand.Status.class,
      RolloutCommand.Approve.class,
      RolloutCommand.Abort.class
    },
    footer = {
      "%nExamples:",
      "  mlops4j rollout start flight-delay@champion flight-delay:2 --by ana \\",
      "      --because \"better in May\" --registry registry",
      "  mlops4j rollout status flight-delay@champion --registry registry"
    })
final class RolloutCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  /** Runs when no action is named. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "rollout: found no action; expected one of "
            + String.join(", ", spec.subcommands().keySet()));
  }

  /** What the rollouts of one alias have in common. */
  abstract static class Action extends RegistryCommand {
    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Parameters(index = "0", paramLabel = "NAME@ALIAS", description = "The alias of the champion.")
    private String alias;

    /** Makes the change, or none, and returns the state afterwards. */
    abstract Optional<RolloutStatus> run(ModelRegistry registry, Rollout rollout);

    abstract void print(Optional<RolloutStatus> status, String alias, ConsoleOutput to);

    @Override
    void check() {
      if (ModelRef.parse(alias).alias().isEmpty()) {
        throw misused("NAME@ALIAS: found " + alias + "; expected an alias, such as NAME@champion");
      }
    }

    @Override
    final int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
      if (registry.head(alias).isEmpty()) {
        registry.resolve(alias); // throws, with the names of the aliases and models
      }
      Optional<RolloutStatus> status = run(registry, Rollout.of(registry, alias));
      ObjectNode json = ConsoleOutput.object().put("ref", alias);
      json.set("rollout", status.map(RolloutFacts::json).orElse(null));
      out.answer(json, to -> print(status, alias, to));
      return 0;
    }
  }

  /** An action that is recorded with its author and reason. */
  abstract static class RecordedAction extends Action {
    @Mixin private final ChangeOptions who = new ChangeOptions();

    abstract RolloutStatus change(ModelRegistry registry, Rollout rollout, Change change);

    @Override
    final RegistryOptions options(RegistryOptions global) {
      return who.signing(global);
    }

    @Override
    final Optional<RolloutStatus> run(ModelRegistry registry, Rollout rollout) {
      return Optional.of(change(registry, rollout, who.change()));
    }

    @Override
    final void print(Optional<RolloutStatus> status, String alias, ConsoleOutput to) {
      status.map(RolloutFacts::text).ifPresent(to::line);
    }
  }

  /** {@code rollout start NAME@ALIAS REF}: starts a rollout. */
  @Command(
      name = "start",
      description = {
        "Starts the rollout of a version at its first step, and records who did it and why.",
        "An alias has one rollout at a time. Only processes that serve the alias and take part in"
            + " rollouts act on it."
      },
      footer = {
        "%nExample:",
        "  mlops4j rollout start flight-delay@champion flight-delay:2 \\",
        "      --shares 0.05,0.25,0.5 --every 10m --approval --by ana \\",
        "      --because \"better in May\" --registry registry"
      })
  static final class Start extends RecordedAction {
    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Parameters(
        index = "1",
        paramLabel = "REF",
        description = "The candidate: NAME:NUMBER, or NAME@ALIAS for the version of another alias.")
    private String candidate;

    @Option(
        names = "--shares",
        paramLabel = "SHARE",
        split = ",",
        description =
            "The share of the calls that the candidate answers at each step, ascending, more than 0"
                + " and at most 1. Default: 0.05,0.25,0.5.")
    private List<Double> shares = List.of(0.05, 0.25, 0.5);

    @Option(
        names = "--every",
        paramLabel = "DURATION",
        converter = TimeConverters.ToDuration.class,
        description =
            "How long a step lasts before it is judged, and the time between judgements. Default:"
                + " 10m.")
    private Duration every = Duration.ofMinutes(10);

    @Option(
        names = "--patience",
        paramLabel = "DURATION",
        converter = TimeConverters.ToDuration.class,
        description =
            "How long a step may stay inconclusive before the rollout is rolled back. Default: 1d.")
    private Duration patience = Duration.ofDays(1);

    @Option(
        names = "--approval",
        description = "The promotion waits for rollout approve after the last step.")
    private boolean approval;

    /** The plan would refuse the same, but after the registry was opened. */
    @Override
    void check() {
      super.check();
      double before = 0;
      for (double share : shares) {
        if (!(share > before && share <= 1)) {
          throw misused(
              "--shares: found "
                  + shares.stream().map(String::valueOf).collect(Collectors.joining(", "))
                  + "; expected ascending shares of the calls, more than 0 and at most 1");
        }
        before = share;
      }
      checkPositive("--every", every);
      checkPositive("--patience", patience);
    }

    private void checkPositive(String option, Duration time) {
      if (time.isNegative() || time.isZero()) {
        throw misused(option + ": found " + RolloutFacts.text(time) + "; expected more than zero");
      }
    }

    @Override
    RolloutStatus change(ModelRegistry registry, Rollout rollout, Change change) {
      RolloutPlan plan = new RolloutPlan(shares, every, patience, approval);
      return rollout.start(registry.resolve(candidate), plan, change);
    }
  }

  /** {@code rollout status NAME@ALIAS}: shows the newest rollout. */
  @Command(
      name = "status",
      description = {
        "Shows the newest rollout of an alias, open or ended, with the evidence of the last judgement.",
        "The exit code does not depend on the state. mlops4j history NAME@ALIAS.rollout lists every"
            + " step."
      },
      footer = {
        "%nExample:",
        "  mlops4j rollout status flight-delay@champion --json --registry registry"
      })
  static final class Status extends Action {
    @Override
    Optional<RolloutStatus> run(ModelRegistry registry, Rollout rollout) {
      return rollout.status();
    }

    @Override
    void print(Optional<RolloutStatus> status, String alias, ConsoleOutput to) {
      status.ifPresentOrElse(
          found -> RolloutFacts.print(found, to),
          () -> to.line(alias + " never had a rollout; mlops4j rollout start begins one"));
    }
  }

  /** {@code rollout approve NAME@ALIAS REF}: promotes the candidate. */
  @Command(
      name = "approve",
      description = {
        "Promotes a candidate that passed all steps of a rollout started with --approval, and records"
            + " who approved it and why.",
        "If the rollout has another candidate, for example because another rollout has begun, nothing"
            + " is approved."
      },
      footer = {
        "%nExample:",
        "  mlops4j rollout approve flight-delay@champion flight-delay:2 --by maria \\",
        "      --because \"reviewed\" --registry registry"
      })
  static final class Approve extends RecordedAction {
    @SuppressWarnings("NullAway.Init") // set by Picocli
    @Parameters(
        index = "1",
        paramLabel = "REF",
        description = "The candidate to promote, as rollout status names it.")
    private String candidate;

    @Override
    RolloutStatus change(ModelRegistry registry, Rollout rollout, Change change) {
      return rollout.approve(newest(registry, rollout, candidate), change);
    }
  }

  /** {@code rollout abort NAME@ALIAS [REF]}: ends the rollout. */
  @Command(
      name = "abort",
      description = {
        "Ends the open rollout of an alias, and records who did it and why.",
        "The alias still points to the champion, which answers all calls again."
      },
      footer = {
        "%nExample:",
        "  mlops4j rollout abort flight-delay@champion flight-delay:2 --by ana \\",
        "      --because \"complaints of passengers\" --registry registry"
      })
  static final class Abort extends RecordedAction {
    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "REF",
        description =
            "The candidate. If the rollout has another one, it goes on. Default: the open rollout ends,"
                + " whatever its candidate.")
    private @Nullable String candidate;

    @Override
    RolloutStatus change(ModelRegistry registry, Rollout rollout, Change change) {
      return rollout.abort(newest(registry, rollout, candidate), change);
    }
  }

  /** The newest rollout, which must have this candidate if one is named. */
  private static RolloutStatus newest(
      ModelRegistry registry, Rollout rollout, @Nullable String candidate) {
    RolloutStatus newest =
        rollout
            .status()
            .orElseThrow(
                () ->
                    new RegistryException(
                        rollout + ": found none, expected an open one; start it first", null));
    if (candidate != null && !newest.candidate().equals(registry.resolve(candidate))) {
      throw new RegistryException(
          "%s: found %s, expected the candidate %s; see rollout status"
              .formatted(rollout, newest, candidate),
          null);
    }
    return newest;
  }
}
