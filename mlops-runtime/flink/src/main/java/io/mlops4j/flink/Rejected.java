package io.mlops4j.flink;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A row that the model could not answer. Immutable if the row is.
 *
 * @param row the row, as it came
 * @param error the simple name of the exception's class, such as {@code ModelInputException}
 * @param message the exception's message
 * @param version the version that was called, {@code name:number}
 * @param <T> the type of the stream
 */
public record Rejected<T>(T row, String error, String message, String version) {
  static <T> TypeInformation<Rejected<T>> type(TypeInformation<T> row) {
    return RecordTypes.of(Rejected.class, List.of(row, Types.STRING, Types.STRING, Types.STRING));
  }
}
