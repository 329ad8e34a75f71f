import { type City, cityFile } from '../cities/city.ts';
import { laptopProgram } from './wechat/mini-program.ts';

/** What a city on this machine calls itself. No name server knows it, so nothing meant for it leaves the machine. */
export const LAPTOP_DOMAIN = 'city.laptop.invalid';

/** On AWS a city has its own domain, mini-program and real people; here it has the laptop's and invented ones. */
export function laptopCityFile(city: City): object {
  const file = cityFile(city);
  return {
    ...file,
    settings: {
      ...Object(file['settings']),
      demo: true,
      domain: LAPTOP_DOMAIN,
      wechat: { appId: laptopProgram.appId },
    },
  };
}
