package io.mlops4j.springboot;

import io.mlops4j.runtime.deployment.Deployment;
import java.util.Map;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** The health {@code mlops4j} for Spring Boot 3. */
@AutoConfiguration(after = Mlops4jAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(Deployment.class)
@ConditionalOnEnabledHealthIndicator("mlops4j")
class Boot3HealthAutoConfiguration {
  @Bean
  HealthIndicator mlops4jHealthIndicator(
      Map<String, Deployment> deployments, Mlops4jProperties properties) {
    return () -> {
      DeploymentHealth health =
          DeploymentHealth.of(deployments, properties.health().outOfServiceOn());
      return Health.status(health.impaired() ? Status.OUT_OF_SERVICE : Status.UP)
          .withDetails(health.details())
          .build();
    };
  }
}
