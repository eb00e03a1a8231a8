package io.mlops4j.samples.springboot;

import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.gate.CallWatch;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.springboot.DeploymentCustomizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.context.annotation.Bean;

/** The beans of the guide, which must compile. */
class GuideBeans {
  @Bean
  ModelMonitor monitor() throws IOException { // Spring closes it after the deployments
    byte[] january = Files.readAllBytes(Path.of("january.reference"));
    return ModelMonitor.builder(Reference.fromBytes(january)).start();
  }

  @Bean
  CallWatch calls() {
    return CallWatch.create();
  }

  @Bean
  DeploymentCustomizer rollouts(CallWatch calls) {
    return (name, deployment) -> deployment.rollouts(calls.gate().maxErrorRate(0.001));
  }
}
