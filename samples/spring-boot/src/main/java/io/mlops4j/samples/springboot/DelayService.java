package io.mlops4j.samples.springboot;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.RowModel;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.deployment.Deployment;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
@SpringBootApplication(proxyBeanMethods = false)
public class DelayService {
  record Flight(float distance, int hour, int weekday, String origin, String destination) {}

  record Delay(float probability, ServedBy servedBy) {}

  record Answer(float probability, String version) {}

  private final RowModel<Flight, Delay> late;

  DelayService(Deployment late) { // the bean of mlops4j.deployments.late
    this.late = late.rows(Flight.class, Delay.class);
  }

  @PostMapping("/delay")
  Answer delay(@RequestBody Flight flight) {
    Delay delay = late.predict(flight);
    return new Answer(delay.probability(), delay.servedBy().version().orElseThrow().toString());
  }

  @ExceptionHandler
  ProblemDetail badInput(ModelInputException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
  }

  public static void main(String[] args) {
    SpringApplication.run(DelayService.class, args);
  }
}
