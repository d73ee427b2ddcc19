/** Lets tests set variables. Each test begins without those of AWS and of proxies. All are restored afterwards. */
export function useEnvironment(variables: Readonly<Record<string, string>> = {}): void {
  const before = { ...process.env };
  beforeEach(() => {
    const kept = Object.entries(before).filter(([name]) => !/^AWS_|_proxy$/i.test(name));
    process.env = { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: 'true', ...variables };
  });
  afterAll(() => {
    process.env = before;
  });
}
