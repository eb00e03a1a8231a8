package io.mlops4j.testing;

import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.RowModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The records of a {@link FakeModel}. */
final class FakeRows<I extends Record, O extends Record> implements RowModel<I, O> {
  private final FakeModel model;
  private final Function<? super I, ? extends O> answer;

  FakeRows(FakeModel model, Function<? super I, ? extends O> answer) {
    this.model = model;
    this.answer = answer;
  }

  @Override
  public O predict(I row) {
    model.begin();
    return answer(row);
  }

  private O answer(I row) {
    return Objects.requireNonNull(
        answer.apply(Objects.requireNonNull(row, "row")), "rows: found null");
  }

  @Override
  public O predict(I row, CallOptions options) {
    Objects.requireNonNull(options, "options");
    return predict(row);
  }

  @Override
  public List<O> predict(List<I> rows) {
    model.begin();
    List<O> answers = new ArrayList<>(rows.size());
    for (I row : rows) {
      answers.add(answer(row));
    }
    return answers;
  }

  @Override
  public CompletableFuture<O> predictAsync(I row, CallOptions options) {
    try {
      return CompletableFuture.completedFuture(predict(row, options));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
