package io.mlops4j.springboot;

import jakarta.servlet.Filter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/** A web application that takes its callers' requests while it says that it will stop. */
@AutoConfiguration(after = Mlops4jAutoConfiguration.class)
@ConditionalOnBean(Mlops4jProperties.class)
@ConditionalOnClass(Filter.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class DrainAutoConfiguration {
  @Bean
  Drain mlops4jDrain(ApplicationContext application, Mlops4jProperties properties) {
    return new Drain(application, properties.shutdown().drain());
  }
}
