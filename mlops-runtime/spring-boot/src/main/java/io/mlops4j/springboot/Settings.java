package io.mlops4j.springboot;

import io.mlops4j.internal.Suggestions;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
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

  /** The variables that Kubernetes sets for a service, such as one named mlops4j-registry. */
  private static final Pattern KUBERNETES =
      Pattern.compile(
          ".+(servicehost|serviceport.*|port([0-9]+(tcp|udp|sctp)(addr|port|proto)?)?)");

  private Settings() {}

  static Mlops4jProperties of(Environment environment) {
    Binder binder = Binder.get(environment);
    rejectEmpty(environment, binder);
    BindHandler handler =
        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
    Mlops4jProperties properties;
    try {
      properties =
          binder.bindOrCreate(
              Mlops4jProperties.PREFIX, Bindable.of(Mlops4jProperties.class), handler);
    } catch (BindException e) {
      throw explained(e);
    }
    rejectUnknownVariables(environment);
    return properties;
  }

  /**
   * Spring Boot looks for unknown names in files only. Environment variables have no dashes, and
   * may have underscores in their place, so only letters and digits are compared.
   */
  private static void rejectUnknownVariables(Environment environment) {
    List<String> known = new ArrayList<>();
    letters(Mlops4jProperties.class, "", known);
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource names
          && !new UnboundElementsSourceFilter().apply(source)) {
        names.stream()
            .filter(Settings::isBelowGroup)
            .filter(name -> known.stream().noneMatch(letters(name)::matches))
            .findFirst()
            .ifPresent(
                name -> {
                  throw unknown(name, source.getConfigurationProperty(name).getValue());
                });
      }
    }
  }

  /**
   * Other names are not the starter's: {@code MLOPS4J_USER} belongs to the command line, {@code
   * mlops4j.calls} to the engine, and {@code MLOPS4J_SERVICE_HOST} to Kubernetes.
   */
  private static boolean isBelowGroup(ConfigurationPropertyName name) {
    return ROOT.isAncestorOf(name)
        && name.getNumberOfElements() > 2
        && names(Mlops4jProperties.class)
            .contains(name.getElement(1, ConfigurationPropertyName.Form.UNIFORM))
        && !KUBERNETES.matcher(letters(name)).matches();
  }

  private static String letters(ConfigurationPropertyName name) {
    return name.subName(1).toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /** A pattern for each setting: any name of a deployment, and any number of an element. */
  private static void letters(Class<?> type, String before, List<String> patterns) {
    for (RecordComponent component : type.getRecordComponents()) {
      String pattern = before + component.getName().toLowerCase(Locale.ROOT);
      Type generic = component.getGenericType();
      if (generic instanceof ParameterizedType map && map.getRawType() == Map.class) {
        letters((Class<?>) map.getActualTypeArguments()[1], pattern + ".+", patterns);
      } else if (component.getType().isRecord()) {
        letters(component.getType(), pattern, patterns);
      } else {
        patterns.add(pattern + "[0-9]*");
      }
    }
  }

  /** Without this, an empty value would silently mean the default. */
  private static void rejectEmpty(Environment environment, Binder binder) {
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource names) {
        names.stream()
            .filter(Settings::isBelowGroup)
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
      return unknown(first.getName(), first.getValue());
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

  private static RuntimeException unknown(ConfigurationPropertyName name, @Nullable Object value) {
    Known known = known(name);
    String hint = Suggestions.hint(known.misspelt(), known.names());
    if (hint.isEmpty()) { // a group, with the settings below it
      hint = Suggestions.hint(known.misspelt().replaceFirst("\\..*", ""), known.names());
    }
    return invalid(
        name.toString(),
        value,
        "found a setting that mlops4j does not have, expected one of "
            + String.join(", ", known.names())
            + (hint.isEmpty() ? "; correct its name, or remove it" : hint));
  }

  /** The settings that are known where a name stands, and the part of it that is none of them. */
  private record Known(String misspelt, List<String> names) {}

  private static Known known(ConfigurationPropertyName name) {
    Class<?> type = Mlops4jProperties.class;
    int i = 1;
    for (; i < name.getNumberOfElements() - 1; i++) {
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
    return new Known(name.subName(i).toString(), names(type));
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
