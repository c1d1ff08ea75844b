# The command in an image of its own: docker build -t eckart . && docker run --rm -v "$PWD:/work" eckart scan model.onnx
FROM maven:3.9.11-eclipse-temurin-17-noble AS build
WORKDIR /src
COPY . .
RUN mvn -B -q -DskipTests -pl dist -am package \
    && mkdir /eckart \
    && tar -xzf dist/target/eckart-*.tar.gz -C /eckart --strip-components=1

FROM eclipse-temurin:17.0.16_8-jre-noble
COPY --from=build /eckart /opt/eckart
RUN useradd --system --uid 10001 --create-home eckart \
    && ln -s /opt/eckart/bin/eckart /usr/local/bin/eckart \
    && mkdir /work \
    && chown eckart /work
USER 10001
WORKDIR /work
ENTRYPOINT ["eckart"]
CMD ["--help"]
