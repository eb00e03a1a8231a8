package io.mlops4j.samples.service.inference;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with JSON, without the names of classes. */
public final class JsonProblem {
  /** Jackson's message for text in place of a number, and the like. */
  private static final Pattern COERCED =
      Pattern.compile("^Cannot coerce \\w+ value \\((.{1,100})\\) to ");

  /** What Jackson tells the developer of a server, and what is not for its clients. */
  private static final Pattern ADVICE =
      Pattern.compile(
          "(: enable `| \\(not recognized as one since |: expected close marker ).*"
              + "|, from `[^`]*`(?=\\))");

  private JsonProblem() {}

  /** Returns the problem to answer. */
  public static Problem of(JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return Problem.badInput(
          "%s: found an unknown member, expected one of %s"
              .formatted(path(unknown), unknown.getKnownPropertyIds()));
    }
    if (e instanceof InvalidFormatException wrong) {
      return Problem.badInput(
          "%s: found %s, expected %s"
              .formatted(path(wrong), quoted(wrong.getValue()), type(wrong.getTargetType())));
    }
    if (e instanceof ValueInstantiationException refused && refused.getCause() != null) {
      return Problem.badInput(String.valueOf(refused.getCause().getMessage()));
    }
    if (e instanceof MismatchedInputException mismatched) {
      return Problem.badInput(mismatch(mismatched));
    }
    return Problem.badInput(
        "body: found %s JSON%s: %s"
            .formatted(
                e instanceof InputCoercionException ? "unfit" : "no valid",
                place(e.getLocation()),
                firstLine(e.getOriginalMessage())));
  }

  private static String mismatch(MismatchedInputException e) {
    String message = firstLine(e.getOriginalMessage());
    if (message.startsWith("Missing creator property")
        || message.startsWith("Missing required creator property")
        || message.startsWith("Cannot map `null`")) {
      return path(e) + ": found no value, expected " + type(e.getTargetType());
    }
    Matcher coerced = COERCED.matcher(message);
    if (coerced.find()) {
      return "%s: found %s, expected %s"
          .formatted(path(e), coerced.group(1), type(e.getTargetType()));
    }
    if (message.startsWith("No content to map")) {
      return "body: found nothing, expected a JSON object";
    }
    if (e.getTargetType() != null) {
      return path(e) + ": found a value of another type, expected " + type(e.getTargetType());
    }
    return path(e) + ": " + message;
  }

  private static String path(JsonMappingException e) {
    String path =
        e.getPath().stream()
            .map(JsonMappingException.Reference::getFieldName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    return path.isEmpty() ? "body" : path;
  }

  private static String quoted(@Nullable Object value) {
    return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
  }

  private static String type(@Nullable Class<?> type) {
    if (type == null) {
      return "one";
    }
    if (type.isRecord()) {
      return "a JSON object";
    }
    if (type == String.class) {
      return "text";
    }
    return type.isPrimitive() || type.getName().startsWith("java.lang.")
        ? type.getSimpleName().toLowerCase(Locale.ROOT)
        : "another type";
  }

  private static String place(@Nullable JsonLocation at) {
    return at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static String firstLine(@Nullable String message) {
    String line = message == null ? "unknown" : message.lines().findFirst().orElse("unknown");
    return ADVICE.matcher(line).replaceAll("");
  }
}
