package io.mlops4j.springboot;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.monitor.metrics.InferenceMeters;
import io.mlops4j.monitor.metrics.RuntimeMeters;
import io.mlops4j.runtime.ModelRuntime;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Meters of calls and of the runtime, if the application has Micrometer and mlops-monitor. */
@AutoConfiguration(
    after = Mlops4jAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnClass({MeterRegistry.class, InferenceMeters.class})
@ConditionalOnBean(MeterRegistry.class)
class Mlops4jMetricsAutoConfiguration {
  static final String METERS = "mlops4jInferenceMeters";

  @Bean(METERS)
  @ConditionalOnMissingBean
  InferenceMeters mlops4jInferenceMeters(MeterRegistry registry) {
    return InferenceMeters.to(registry);
  }

  /** Spring Boot binds it to every registry. */
  @Bean
  @ConditionalOnMissingBean
  RuntimeMeters mlops4jRuntimeMeters(ModelRuntime runtime) {
    return RuntimeMeters.of(runtime::figures);
  }
}
