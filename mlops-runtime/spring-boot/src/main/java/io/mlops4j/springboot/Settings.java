package io.mlops4j.springboot;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.core.env.Environment;

/**
 * Reads the properties, and rejects those that are empty or unknown. Spring Boot prints the
 * exceptions with the file and the line of the property.
 */
final class Settings {
  private static final ConfigurationPropertyName ROOT =
      ConfigurationPropertyName.of(Mlops4jProperties.PREFIX);

  private Settings() {}

  static Mlops4jProperties of(Environment environment) {
    Binder binder = Binder.get(environment);
    rejectEmpty(environment, binder);
    BindHandler handler =
        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
    try {
      return binder.bindOrCreate(
          Mlops4jProperties.PREFIX, Bindable.of(Mlops4jProperties.class), handler);
    } catch (BindException e) {
      throw explained(e);
    }
  }

  /** Without this, an empty value would silently mean the default. */
  private static void rejectEmpty(Environment environment, Binder binder) {
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource names) {
        names.stream()
            .filter(ROOT::isAncestorOf)
            .filter(name -> binder.bind(name, Bindable.of(String.class)).orElse("set").isBlank())
            .findFirst()
            .ifPresent(
                name -> {
                  throw invalid(
                      name.toString(),
                      "",
                      "found no value, expected one; set it, or remove the line for the default");
                });
      }
    }
  }

  private static RuntimeException explained(BindException e) {
    if (e.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
      var first = unbound.getUnboundProperties().iterator().next();
      return invalid(
          first.getName().toString(),
          first.getValue(),
          "found a setting that mlops4j does not have, expected one of "
              + String.join(", ", siblings(first.getName()))
              + "; correct its name, or remove the line");
    }
    if (e.getCause() instanceof ConverterNotFoundException) {
      Class<?> type = e.getTarget().getType().resolve(Object.class);
      return invalid(
          e.getName().toString(),
          null,
          "found a value, expected settings below it: "
              + (type.isRecord() ? String.join(", ", names(type)) : "one for each name"));
    }
    return e;
  }

  /** The settings that are known where a name stands. */
  private static List<String> siblings(ConfigurationPropertyName name) {
    Class<?> type = Mlops4jProperties.class;
    for (int i = 1; i < name.getNumberOfElements() - 1; i++) {
      String element = name.getElement(i, ConfigurationPropertyName.Form.UNIFORM);
      Type next = component(type, element);
      if (next instanceof ParameterizedType map && i + 1 < name.getNumberOfElements() - 1) {
        next = map.getActualTypeArguments()[map.getActualTypeArguments().length - 1];
        i++;
      }
      if (!(next instanceof Class<?> nested && nested.isRecord())) {
        break;
      }
      type = nested;
    }
    return names(type);
  }

  private static @Nullable Type component(Class<?> type, String uniform) {
    return Arrays.stream(type.getRecordComponents())
        .filter(component -> component.getName().toLowerCase(Locale.ROOT).equals(uniform))
        .map(RecordComponent::getGenericType)
        .findFirst()
        .orElse(null);
  }

  private static List<String> names(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .map(c -> dashed(c.getName()))
        .sorted()
        .toList();
  }

  private static String dashed(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** Spring Boot prints the origin of the property beside the reason. */
  static InvalidConfigurationPropertyValueException invalid(
      String name, @Nullable Object value, String reason) {
    return new InvalidConfigurationPropertyValueException(name, value, reason);
  }
}
