package io.mlops4j.bench;

import io.mlops4j.bench.conformance.ConformanceCommand;
import io.mlops4j.bench.crash.CrashCommand;
import io.mlops4j.bench.deployment.DeploymentTopic;
import io.mlops4j.bench.engines.EnginesTopic;
import io.mlops4j.bench.golden.GoldenCommand;
import io.mlops4j.bench.live.LiveInquiries;
import io.mlops4j.bench.ratios.RatiosCommand;
import io.mlops4j.bench.registry.RegistryTopic;
import io.mlops4j.bench.scale.ScaleTopic;
import io.mlops4j.bench.service.ServiceTopic;
import io.mlops4j.bench.serving.LiveTopic;
import io.mlops4j.bench.serving.ServingTopic;
import io.mlops4j.bench.soak.SoakCommand;
import io.mlops4j.bench.stats.StatsTopic;
import io.mlops4j.bench.truth.TruthCommand;
import io.mlops4j.bench.view.ViewTopic;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The workshop's command line; every subcommand shows one kind of claim. */
@Command(
    name = "benchmarks",
    description = "Shows what mlops4j claims.",
    subcommands = {
      ConformanceCommand.class,
      CrashCommand.class,
      GoldenCommand.class,
      JmhCommand.class,
      SoakCommand.class
    },
    mixinStandardHelpOptions = true)
final class Bench implements Runnable {

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** A topic knows the comparisons, and only here do the comparisons know the topics. */
  private static CommandLine commandLine() {
    return new CommandLine(new Bench())
        .addSubcommand(
            new RatiosCommand(
                new EnginesTopic(),
                new ServingTopic(),
                new LiveTopic(),
                new StatsTopic(),
                new RegistryTopic(),
                new DeploymentTopic(),
                new ServiceTopic(),
                new ScaleTopic(),
                new ViewTopic()))
        .addSubcommand(TruthCommand.with(LiveInquiries.all()));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
