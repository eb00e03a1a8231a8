package io.mlops4j.springboot;

import io.mlops4j.runtime.deployment.Deployment;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** Registers the properties, and a bean for each deployment in them. */
final class DeploymentRegistrar implements ImportBeanDefinitionRegistrar {
  private final Environment environment;
  private final ConfigurableListableBeanFactory beans;

  DeploymentRegistrar(Environment environment, BeanFactory beans) {
    this.environment = environment;
    this.beans = (ConfigurableListableBeanFactory) beans;
  }

  @Override
  public void registerBeanDefinitions(
      AnnotationMetadata importing, BeanDefinitionRegistry registry) {
    Mlops4jProperties properties = Settings.of(environment);
    registry.registerBeanDefinition(
        "mlops4jProperties", new RootBeanDefinition(Mlops4jProperties.class, () -> properties));
    properties
        .deployments()
        .forEach(
            (name, settings) -> {
              String key = "mlops4j.deployments." + name;
              if (registry.containsBeanDefinition(name)) {
                throw Settings.invalid(
                    key + ".alias",
                    settings.alias(),
                    "found another bean with the name "
                        + name
                        + ", expected a name for the deployment that no bean has; choose another");
              }
              RootBeanDefinition bean =
                  new RootBeanDefinition(
                      Deployment.class,
                      () -> new DeploymentStarter(beans, environment, name, settings).start());
              bean.setDestroyMethodName("close");
              bean.setLazyInit(
                  false); // also where all others are lazy: a bad setting ends the start
              bean.setResourceDescription(key);
              registry.registerBeanDefinition(name, bean);
            });
  }
}
